"""Seeded random integers that are the same on every machine and with every NumPy.

A counter is hashed (the SplitMix64 finaliser), so there is no state to carry: the draws of one
stream do not depend on what was drawn before, and only integer arithmetic is involved.
"""

from __future__ import annotations

import math
import zlib

import numpy as np

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_HALF = np.uint64(32)


def _mix(words: np.ndarray) -> np.ndarray:
    """Scramble uint64 words one to one."""
    words = (words ^ (words >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    words = (words ^ (words >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return words ^ (words >> np.uint64(31))


def words(seed: int, stream: str, count: int) -> np.ndarray:
    """Return `count` random uint64 words of the stream named `stream`.

    Args:
      seed: any non-negative integer below 2**32.
      stream: a name; two names give unrelated words under one seed.
      count: how many words. The first k words are the same for every count >= k.

    Returns:
      uint64 array of shape [count].
    """
    start = np.array([(seed << 32) | zlib.crc32(stream.encode())], np.uint64)
    with np.errstate(over="ignore"):
        return _mix(_mix(start + _GOLDEN) + np.arange(1, count + 1, dtype=np.uint64) * _GOLDEN)


def integers(
    seed: int, stream: str, low: int, high: int, shape: int | tuple[int, ...]
) -> np.ndarray:
    """Return int64 values drawn uniformly from low..high, both included, of the given shape."""
    shape = (shape,) if isinstance(shape, int) else shape
    top = words(seed, stream, math.prod(shape)) >> _HALF
    span = np.uint64(high - low + 1)
    return (low + ((top * span) >> _HALF).astype(np.int64)).reshape(shape)


def permutation(seed: int, stream: str, count: int) -> np.ndarray:
    """Return 0..count-1 in a random order, int64 [count]."""
    return np.argsort(words(seed, stream, count), kind="stable")
