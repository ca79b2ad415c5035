"""Tests of the seeded integers."""

import zlib

import numpy as np

from models.photographs import bits


def test_words_are_those_of_splitmix64():
    # SplitMix64 by plain Python integers, so that the vector code has something to agree with.
    mask = 2**64 - 1

    def mix(z):
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & mask
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & mask
        return z ^ (z >> 31)

    golden = 0x9E3779B97F4A7C15
    key = mix((((7 << 32) | zlib.crc32(b"ink")) + golden) & mask)
    expected = [mix((key + i * golden) & mask) for i in range(1, 6)]
    assert bits.words(7, "ink", 5).tolist() == expected


def test_a_longer_draw_begins_with_the_shorter_one():
    np.testing.assert_array_equal(bits.words(1, "a", 9)[:4], bits.words(1, "a", 4))


def test_seeds_and_streams_are_unrelated():
    first = bits.words(1, "a", 100)
    assert not set(first) & set(bits.words(2, "a", 100))
    assert not set(first) & set(bits.words(1, "b", 100))


def test_integers_reach_both_ends_evenly():
    draws = bits.integers(3, "die", 1, 6, (100, 60))
    assert draws.shape == (100, 60)
    counts = np.bincount(draws.ravel(), minlength=7)[1:]
    expected = draws.size / 6
    assert np.abs(counts - expected).max() < 5 * np.sqrt(expected)


def test_permutation_holds_each_index_once():
    order = bits.permutation(3, "order", 50)
    assert sorted(order.tolist()) == list(range(50))
    assert order.tolist() != list(range(50))
