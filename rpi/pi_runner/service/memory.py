"""Makes glibc return the memory of large pictures."""

import ctypes

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD, _M_ARENA_MAX = -1, -3, -8  # malloc.h


def return_large_blocks() -> None:
    """Return blocks over 1 MB to the system when freed, and let threads share two heaps.

    By default glibc raises its mmap threshold to the size of freed blocks, up to 32 MB, and gives each thread a heap: a
    service that decodes pictures of all sizes then grows by what fragments. Does nothing on another C library.
    """
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except AttributeError:
        return
    mallopt(_M_MMAP_THRESHOLD, 1 << 20)
    mallopt(_M_TRIM_THRESHOLD, 1 << 20)
    mallopt(_M_ARENA_MAX, 2)
