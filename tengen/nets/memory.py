"""The C library's memory, kept for the next step."""

import contextlib
import ctypes
import functools


@functools.cache
def keep_freed_memory() -> None:
    """Lets glibc hold on to freed memory: asking for activations anew at each step costs training speed."""
    trim_threshold, mmap_threshold = -1, -3  # malloc.h
    with contextlib.suppress(OSError, AttributeError):
        library = ctypes.CDLL(None)
        library.mallopt(trim_threshold, 1 << 30)
        library.mallopt(mmap_threshold, 32 << 20)
