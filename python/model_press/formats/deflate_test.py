"""Deflated sizes: exact ones are those of zlib, estimates come close."""

import random
import zlib

import pytest

from model_press.formats import deflate

# A zlib stream has a header of 2 bytes and a checksum of 4 around what deflate writes.
_ZLIB_BYTES = 6


def test_sizes_are_those_of_zlib(tmp_path):
    data = bytes(range(64)) * 40_000
    path = tmp_path / "m"
    path.write_bytes(data)
    expected = len(zlib.compress(data, 9)) - _ZLIB_BYTES
    assert deflate.size(data) == deflate.file_size(path) == expected


def test_estimate_of_a_large_file_is_close_to_its_true_size(tmp_path, monkeypatch):
    codes = bytes(range(64)) * 4
    data = random.Random(0).randbytes(3 << 20).translate(codes) + bytes(1 << 20)
    path = tmp_path / "m"
    path.write_bytes(data)
    expected = deflate.size(data)
    assert deflate.estimate(path) == (expected, True)
    monkeypatch.setattr(deflate, "_WHOLE_BYTES", 1 << 20)
    monkeypatch.setattr(deflate, "_SAMPLE_BYTES", 32 << 10)
    estimate, exact = deflate.estimate(path)
    assert not exact
    assert estimate == pytest.approx(expected, rel=0.03)
    assert path.stat().st_size > estimate
