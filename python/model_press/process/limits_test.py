"""Limits are lowered only, and restored; memory is read as the kernel accounts for it."""

import resource
import subprocess
import sys

import pytest

from model_press.process import child, limits, memory

_LOWER = """
import resource
from model_press.process import limits
limits.lower(resource.RLIMIT_CORE, 4096, 8192)
limits.lower(resource.RLIMIT_CORE, 1 << 20)
print(resource.getrlimit(resource.RLIMIT_CORE))
limits.lower(resource.RLIMIT_CORE, 0)
print(resource.getrlimit(resource.RLIMIT_CORE))
"""


def test_lower_never_raises_a_limit():
    _, hard = resource.getrlimit(resource.RLIMIT_CORE)
    if hard != resource.RLIM_INFINITY:
        pytest.skip("this machine limits core files already")
    done = subprocess.run(
        [sys.executable, "-c", _LOWER],
        env=child.environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines() == ["(4096, 8192)", "(0, 0)"]


def test_bounded_restores_the_limit_after_an_error():
    before = resource.getrlimit(resource.RLIMIT_AS)
    limit = memory.mapped_bytes() + (64 << 20)
    with pytest.raises(MemoryError), limits.bounded(resource.RLIMIT_AS, limit):
        bytearray(256 << 20)
    assert resource.getrlimit(resource.RLIMIT_AS) == before


def test_memory_is_ordered_as_the_kernel_defines_it():
    assert 1 << 20 < memory.resident_bytes() <= memory.mapped_bytes()
    held = bytearray(b"x" * (32 << 20))
    assert memory.peak_resident_bytes() >= len(held)
    assert memory.data_bytes() <= memory.mapped_bytes()
