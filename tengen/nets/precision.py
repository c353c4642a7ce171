"""What this machine computes fast: which device, and whether bfloat16 pays on it."""

import functools
import time

import torch

TRIES = 16
"""The least of so many measurements counts: other processes may be at work."""


def best_device() -> str:
    """`cuda` if there is a GPU, else `cpu`."""
    return "cuda" if torch.cuda.is_available() else "cpu"


@functools.cache
def has_bf16(device: str) -> bool:
    """Whether the device multiplies bfloat16 faster than float32."""
    if device.startswith("cuda"):
        return torch.cuda.is_bf16_supported(including_emulation=False)
    return bool(torch.ops.mkldnn._is_mkldnn_bf16_supported()) and _cpu_flag("avx512_bf16", "amx_bf16")


@functools.cache
def learns_faster_in_bf16(device: str) -> bool:
    """Whether training is faster under bfloat16; on a CPU that computes in it this is measured, in a tenth of a second.

    There are processors with AVX-512 for bfloat16, but without AMX, on which a convolution's gradient takes 1.7 times
    as long in it as in float32.
    """
    if device.startswith("cuda") or not has_bf16(device):
        return has_bf16(device)
    tried = [(_gradient_seconds(bf16=True), _gradient_seconds(bf16=False)) for _ in range(TRIES)]
    return min(bf16 for bf16, _ in tried) < min(float32 for _, float32 in tried)


def _gradient_seconds(*, bf16: bool) -> float:
    """What one small convolution takes now, forward and backward, on one thread."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        weight = torch.full((48, 48, 3, 3), 0.01, requires_grad=True)
        x = torch.ones(16, 48, 9, 9).to(memory_format=torch.channels_last).requires_grad_()
        began = time.perf_counter()
        with torch.autocast("cpu", torch.bfloat16, enabled=bf16):
            y = torch.nn.functional.conv2d(x, weight, padding=1)
        y.float().sum().backward()  # type: ignore[no-untyped-call]
        return time.perf_counter() - began
    finally:
        torch.set_num_threads(threads)


def _cpu_flag(*names: str) -> bool:
    try:
        with open("/proc/cpuinfo") as lines:
            flags = next((line.split() for line in lines if line.startswith("flags")), [])
    except OSError:
        return False
    return any(name in flags for name in names)
