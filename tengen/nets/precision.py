"""What this machine computes fast: which device, and whether bfloat16 pays on it."""

import functools
import time
from collections.abc import Callable

import torch

TRIES = 16
"""The least of so many measurements counts: other processes may be at work."""


def best_device() -> str:
    """`cuda` if there is a GPU, else `cpu`."""
    return "cuda" if torch.cuda.is_available() else "cpu"


@functools.cache
def infers_faster_in_bf16(device: str) -> bool:
    """Whether a network answers faster in bfloat16; on a CPU that has it this is measured, in a tenth of a second.

    There are processors with AVX-512 for bfloat16, but without AMX, on which a convolution takes 1.7 times as long in
    it as in float32, and its gradient too.
    """
    if device.startswith("cuda") or not _computes_bf16(device):
        return _computes_bf16(device)
    return _faster_in_bf16(_forward_seconds)


@functools.cache
def learns_faster_in_bf16(device: str) -> bool:
    """Whether training is faster under bfloat16 autocast; measured as `infers_faster_in_bf16` is."""
    if device.startswith("cuda") or not _computes_bf16(device):
        return _computes_bf16(device)
    return _faster_in_bf16(_gradient_seconds)


def _computes_bf16(device: str) -> bool:
    """Whether the device has instructions for bfloat16."""
    if device.startswith("cuda"):
        return torch.cuda.is_bf16_supported(including_emulation=False)
    return bool(torch.ops.mkldnn._is_mkldnn_bf16_supported()) and _cpu_flag("avx512_bf16", "amx_bf16")


def _faster_in_bf16(seconds: Callable[[torch.dtype], float]) -> bool:
    """Whether the least time in bfloat16 is below the least in float32, measured by turns on one thread."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        tried = [(seconds(torch.bfloat16), seconds(torch.float32)) for _ in range(TRIES)]
    finally:
        torch.set_num_threads(threads)
    return min(bf16 for bf16, _ in tried) < min(float32 for _, float32 in tried)


@torch.inference_mode()
def _forward_seconds(dtype: torch.dtype) -> float:
    """What one small convolution takes now."""
    weight, x = _small_convolution()
    weight, x = weight.to(dtype, memory_format=torch.channels_last), x.to(dtype)
    torch.nn.functional.conv2d(x, weight, padding=1)  # the first prepares
    began = time.perf_counter()
    torch.nn.functional.conv2d(x, weight, padding=1)
    return time.perf_counter() - began


def _gradient_seconds(dtype: torch.dtype) -> float:
    """What one small convolution takes now, forward and backward."""
    weight, x = (each.requires_grad_() for each in _small_convolution())
    began = time.perf_counter()
    with torch.autocast("cpu", torch.bfloat16, enabled=dtype == torch.bfloat16):
        y = torch.nn.functional.conv2d(x, weight, padding=1)
    y.float().sum().backward()  # type: ignore[no-untyped-call]
    return time.perf_counter() - began


def _small_convolution() -> tuple[torch.Tensor, torch.Tensor]:
    """Weights, and what they are applied to: 16 boards of 9x9 with 48 channels."""
    return torch.full((48, 48, 3, 3), 0.01), torch.ones(16, 48, 9, 9).to(memory_format=torch.channels_last)


def _cpu_flag(*names: str) -> bool:
    try:
        with open("/proc/cpuinfo") as lines:
            flags = next((line.split() for line in lines if line.startswith("flags")), [])
    except OSError:
        return False
    return any(name in flags for name in names)
