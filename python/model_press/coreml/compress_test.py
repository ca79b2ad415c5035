"""k-means on the line: the optimum on few and on many values, the same each time."""

import numpy as np
import pytest

from model_press.coreml import compress


def _error(values, table, indices):
    return float(np.mean((table.astype(np.float64)[indices] - values.ravel()) ** 2))


def test_few_distinct_values_are_kept_exactly():
    values = np.array([[3, -1], [3, 0.5]], np.float16)
    table, indices = compress.palette_of(values, 2)
    assert table.tolist() == [-1, 0.5, 3, 3] and table.dtype == np.float16
    assert table[indices].tolist() == values.ravel().tolist()


@pytest.mark.parametrize("bits", [1, 2, 4, 6])
def test_error_is_below_that_of_even_spacing(bits):
    values = np.random.default_rng(0).normal(0, 1, 20_000).astype(np.float16)
    table, indices = compress.palette_of(values, bits)
    even = np.linspace(values.min(), values.max(), 1 << bits).astype(np.float64)
    nearest = np.abs(values.astype(np.float64)[:, None] - even).argmin(1)
    assert len(table) == 1 << bits and np.all(np.diff(table) >= 0)
    assert _error(values, table, indices) < 0.6 * _error(values, even, nearest)


def test_four_levels_of_a_normal_are_lloyds():
    # Max (1960), table 1: the optimal four levels of a unit normal are +-0.4528 and +-1.510.
    values = np.random.default_rng(1).normal(0, 1, 400_000)
    table, _ = compress.palette_of(values, 2)
    assert np.allclose(table, [-1.510, -0.4528, 0.4528, 1.510], atol=0.02)


def test_few_values_are_clustered_at_the_optimum():
    values = np.random.default_rng(4).normal(0, 1, 9).astype(np.float16)
    table, indices = compress.palette_of(values, 1)
    ordered = np.sort(values.astype(np.float64))
    splits = [ordered[:i].var() * i + ordered[i:].var() * (9 - i) for i in range(1, 9)]
    assert _error(values, table, indices) * 9 == pytest.approx(min(splits), rel=1e-2)


def test_each_value_goes_to_its_nearest_centre():
    values = np.random.default_rng(2).normal(0, 1, 3000).astype(np.float16)
    table, indices = compress.palette_of(values, 3)
    assert np.array_equal(indices, np.abs(values.astype(float)[:, None] - table).argmin(1))


def test_same_input_same_bytes():
    values = np.random.default_rng(3).normal(0, 1, 5000).astype(np.float16)
    first, second = compress.palette_of(values, 6), compress.palette_of(values.copy(), 6)
    assert first[0].tobytes() == second[0].tobytes() and first[1].tobytes() == second[1].tobytes()
