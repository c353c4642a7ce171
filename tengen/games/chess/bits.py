"""What processors do with 64-bit sets in one instruction and numba does not offer: LLVM's intrinsics by name.

A set of squares is a word; square 0 (a1) is its lowest bit. In plain Python the same functions work on integers.
"""

from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic, overload

from tengen.core.jit import kernel

ALL = np.uint64(0xFFFFFFFFFFFFFFFF)
NONE = np.uint64(0)
ONE = np.uint64(1)


def popcount(squares: np.uint64) -> int:
    """How many squares a set has."""
    return int(squares).bit_count()


def lowest(squares: np.uint64) -> int:
    """The lowest square of a set that is not empty."""
    return (int(squares) & -int(squares)).bit_length() - 1


def flip(squares: np.uint64) -> np.uint64:
    """The set with rank 1 and rank 8 exchanged, and so on: its bytes in reverse."""
    return np.uint64(int.from_bytes(int(squares).to_bytes(8, "little"), "big"))


def rotate(squares: np.uint64, distance: np.uint64) -> np.uint64:
    """The set with each square moved up by `distance` modulo 64; 64 - d moves it down by d."""
    word, step = int(squares), int(distance) & 63
    return np.uint64(((word << step) | (word >> (64 - step))) & 0xFFFFFFFFFFFFFFFF)


_WORD = ir.IntType(64)


def _declared(builder: Any, name: str, parameters: list[Any]) -> Any:
    function = ir.FunctionType(_WORD, parameters)
    return builder.module.declare_intrinsic(name, (_WORD,), function)


@intrinsic
def _popcount(typing_context: Any, squares: types.Integer) -> Any:
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.call(_declared(builder, "llvm.ctpop", [_WORD]), arguments)

    return types.int64(types.uint64), generate


@intrinsic
def _lowest(typing_context: Any, squares: types.Integer) -> Any:
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        function = _declared(builder, "llvm.cttz", [_WORD, ir.IntType(1)])
        return builder.call(function, [arguments[0], ir.Constant(ir.IntType(1), 1)])

    return types.int64(types.uint64), generate


@intrinsic
def _flip(typing_context: Any, squares: types.Integer) -> Any:
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.call(_declared(builder, "llvm.bswap", [_WORD]), arguments)

    return types.uint64(types.uint64), generate


@intrinsic
def _rotate(typing_context: Any, squares: types.Integer, distance: types.Integer) -> Any:
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        function = _declared(builder, "llvm.fshl", [_WORD, _WORD, _WORD])
        return builder.call(function, [arguments[0], arguments[0], arguments[1]])

    return types.uint64(types.uint64, types.uint64), generate


@overload(popcount, strict=False)
def _overload_popcount(squares: Any) -> Any:
    return lambda squares: _popcount(squares)


@overload(lowest, strict=False)
def _overload_lowest(squares: Any) -> Any:
    return lambda squares: _lowest(squares)


@overload(flip, strict=False)
def _overload_flip(squares: Any) -> Any:
    return lambda squares: _flip(squares)


@overload(rotate, strict=False)
def _overload_rotate(squares: Any, distance: Any) -> Any:
    return lambda squares, distance: _rotate(squares, distance)


@kernel
def bit(square: int) -> np.uint64:
    """The set of one square."""
    return ONE << np.uint64(square)


@kernel
def nth(squares: np.uint64, number: int) -> int:
    """The square of a set with `number` squares below it."""
    for _ in range(number):
        squares &= squares - ONE
    return lowest(squares)
