"""Sets of the 81 squares, as 128-bit integers that kernels calculate with.

A square is `9 * (file - 1) + (rank - 1)`: 1a is 0, 1i is 8, 9i is 80; a set has bit `square` where it holds it.
numba knows no integers above 64 bits, LLVM does: here is a type for them with the operators and functions that
shogi needs. As plain Python they do the same with Python's integers.
"""

import operator
from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.core.typing.templates import ConcreteTemplate, infer_global, signature
from numba.extending import intrinsic, lower_builtin, models, register_model
from numpy.typing import NDArray

Squares: TypeAlias = Any
"""A set of squares."""
Words: TypeAlias = NDArray[np.uint64]
"""Sets in memory: two words each, the low one first."""


class SquaresType(types.Type):
    """The type of a set of squares in compiled code."""

    def __init__(self) -> None:
        super().__init__(name="Squares")


squares_type = SquaresType()
_LAST_BITS = sum(1 << (9 * file + 8) for file in range(9))
_LOW_BITS = sum(255 << 9 * file for file in range(9))
_WIDE = ir.IntType(128)
_WORD = ir.IntType(64)


@register_model(SquaresType)
class _SquaresModel(models.PrimitiveModel):
    def __init__(self, manager: Any, kind: Any) -> None:
        super().__init__(manager, kind, _WIDE)


def no_squares() -> Squares:
    """The empty set."""
    return 0


def all_squares() -> Squares:
    """The whole board."""
    return 2**81 - 1


def one(square: int) -> Squares:
    """The set of one square."""
    return 1 << square


def some(squares: Squares) -> bool:
    """Whether a set holds a square."""
    return bool(squares != 0)


def count(squares: Squares) -> int:
    """How many squares a set holds."""
    return int(squares.bit_count())


def first(squares: Squares) -> int:
    """The lowest square of a set; 128 of an empty one."""
    return int((squares & -squares).bit_length() - 1) if squares else 128


def last(squares: Squares) -> int:
    """The highest square of a set that is not empty."""
    return int(squares.bit_length() - 1)


def rest(squares: Squares) -> Squares:
    """A set without its lowest square."""
    return squares & (squares - 1)


def reach_up(ray: Squares, occupied: Squares) -> Squares:
    """The squares of a ray towards higher squares up to the first occupied one, that one included."""
    blockers = ray & occupied
    return ray & (blockers ^ (blockers - 1))


def reach_down(ray: Squares, occupied: Squares) -> Squares:
    """The squares of a ray towards lower squares up to the first occupied one, that one included."""
    blockers = (ray & occupied) | 1
    return ray & (-1 << (blockers.bit_length() - 1))


def files_of(squares: Squares) -> Squares:
    """All squares of the files on which a set has one."""
    # In each file of nine bits: the low eight plus 255 carry into the ninth unless they are 0.
    held = ((squares & ~_LAST_BITS) + _LOW_BITS | squares) & _LAST_BITS
    return (held << 1) - (held >> 8)


def _typed(function: Callable[..., Any], result: types.Type, *arguments: types.Type) -> Callable[..., Any]:
    """Gives `function` a signature in compiled code, and returns the decorator for its implementation."""

    class Template(ConcreteTemplate):
        key = function
        cases = [signature(result, *arguments)]  # noqa: RUF012

    infer_global(function)(Template)

    def register(generate: Callable[..., Any]) -> None:
        def lowered(context: Any, builder: Any, sig: Any, values: Any) -> Any:
            return generate(builder, *values)

        lower_builtin(function, *arguments)(lowered)

    return register


def _wide(value: int) -> ir.Constant:
    return ir.Constant(_WIDE, value)


def _call(builder: Any, name: str, *values: Any) -> Any:
    kinds = [value.type for value in values]
    function = cgutils.get_or_insert_function(builder.module, ir.FunctionType(_WIDE, kinds), f"llvm.{name}.i128")
    return builder.call(function, values)


def _lower() -> None:
    pair = (squares_type, squares_type)
    for both in (operator.and_, operator.iand):
        _typed(both, squares_type, *pair)(lambda b, x, y: b.and_(x, y))
    for either in (operator.or_, operator.ior):
        _typed(either, squares_type, *pair)(lambda b, x, y: b.or_(x, y))
    for differing in (operator.xor, operator.ixor):
        _typed(differing, squares_type, *pair)(lambda b, x, y: b.xor(x, y))
    _typed(operator.invert, squares_type, squares_type)(lambda b, x: b.not_(x))
    shift = (squares_type, types.int64)
    _typed(operator.lshift, squares_type, *shift)(lambda b, x, n: b.shl(x, b.zext(n, _WIDE)))
    _typed(operator.rshift, squares_type, *shift)(lambda b, x, n: b.lshr(x, b.zext(n, _WIDE)))
    _typed(no_squares, squares_type)(lambda b: _wide(0))
    _typed(all_squares, squares_type)(lambda b: _wide(2**81 - 1))
    _typed(one, squares_type, types.int64)(lambda b, n: b.shl(_wide(1), b.zext(n, _WIDE)))
    _typed(some, types.boolean, squares_type)(lambda b, x: b.icmp_unsigned("!=", x, _wide(0)))
    _typed(count, types.int64, squares_type)(lambda b, x: b.trunc(_call(b, "ctpop", x), _WORD))
    false = ir.Constant(ir.IntType(1), 0)
    _typed(first, types.int64, squares_type)(lambda b, x: b.trunc(_call(b, "cttz", x, false), _WORD))

    def highest(b: Any, x: Any) -> Any:
        return b.sub(_wide(127), _call(b, "ctlz", x, false))

    _typed(last, types.int64, squares_type)(lambda b, x: b.trunc(highest(b, x), _WORD))
    _typed(rest, squares_type, squares_type)(lambda b, x: b.and_(x, b.sub(x, _wide(1))))

    def up(b: Any, ray: Any, occupied: Any) -> Any:
        blockers = b.and_(ray, occupied)
        return b.and_(ray, b.xor(blockers, b.sub(blockers, _wide(1))))

    def down(b: Any, ray: Any, occupied: Any) -> Any:
        blockers = b.or_(b.and_(ray, occupied), _wide(1))
        return b.and_(ray, b.shl(_wide(-1), highest(b, blockers)))

    def files(b: Any, x: Any) -> Any:
        low = b.add(b.and_(x, _wide(~_LAST_BITS)), _wide(_LOW_BITS))
        held = b.and_(b.or_(low, x), _wide(_LAST_BITS))
        return b.sub(b.shl(held, _wide(1)), b.lshr(held, _wide(8)))

    _typed(files_of, squares_type, squares_type)(files)
    _typed(reach_up, squares_type, *pair)(up)
    _typed(reach_down, squares_type, *pair)(down)


_lower()


@intrinsic
def stack_words(typing_context: Any, size: Any) -> Any:
    """An array of `size` words on the stack, not initialised; `size` is a constant, and a call stands in no loop."""
    if not isinstance(size, types.IntegerLiteral):
        return None
    length = size.literal_value
    kind = types.Array(types.uint64, 1, "C")

    def generate(context: Any, builder: Any, sig: Any, arguments: Any) -> Any:
        data = cgutils.alloca_once(builder, _WORD, size=ir.Constant(ir.IntType(32), length))
        return _array(context, builder, kind, data, length)

    return kind(size), generate


@intrinsic
def words(typing_context: Any, field: Any) -> Any:
    """An array of words that lies in a record, as an array like any other; it must not outlive the record."""
    if not isinstance(field, types.Array) or field.dtype != types.uint64 or field.ndim != 1:
        return None
    kind = types.Array(types.uint64, 1, "C")

    def generate(context: Any, builder: Any, sig: Any, arguments: Any) -> Any:
        view = context.make_array(sig.args[0])(context, builder, arguments[0])
        array = context.make_array(kind)(context, builder)
        context.populate_array(
            array, data=view.data, shape=view.shape, strides=view.strides, itemsize=view.itemsize, meminfo=None
        )
        return array._getvalue()

    return kind(field), generate


def _array(context: Any, builder: Any, kind: Any, data: Any, length: int) -> Any:
    array = context.make_array(kind)(context, builder)
    size = context.get_constant(types.intp, length)
    step = context.get_constant(types.intp, 8)
    context.populate_array(array, data=data, shape=(size,), strides=(step,), itemsize=step, meminfo=None)
    return array._getvalue()


@intrinsic
def load(typing_context: Any, table: Any, index: Any) -> Any:
    """The set at `index` of an array of words; nothing checks that there is one."""
    if not isinstance(table, types.Array) or table.dtype != types.uint64 or table.ndim != 1:
        return None

    def generate(context: Any, builder: Any, sig: Any, arguments: Any) -> Any:
        place = _pair(context, builder, sig.args[0], *arguments)
        return builder.load(place, align=8)

    return squares_type(table, types.int64), generate


@intrinsic
def store(typing_context: Any, table: Any, index: Any, squares: Any) -> Any:
    """Writes the set at `index` of an array of words."""
    if not isinstance(table, types.Array) or table.dtype != types.uint64 or table.ndim != 1:
        return None

    def generate(context: Any, builder: Any, sig: Any, arguments: Any) -> Any:
        place = _pair(context, builder, sig.args[0], *arguments[:2])
        builder.store(arguments[2], place, align=8)
        return context.get_dummy_value()

    return types.none(table, types.int64, squares_type), generate


def _pair(context: Any, builder: Any, kind: Any, table: Any, index: Any) -> Any:
    """The address of the set at `index`."""
    view = context.make_array(kind)(context, builder, table)
    first_word = builder.gep(view.data, [builder.shl(index, ir.Constant(_WORD, 1))], inbounds=True)
    return builder.bitcast(first_word, ir.PointerType(_WIDE))
