"""The comparison with the build goes red: each fault alone, in outputs that are right otherwise."""

import golden
import numpy as np
import pytest


def _outputs(dtype) -> np.ndarray:
    """Outputs [20, 20] with another top-1 in each row."""
    rng = np.random.default_rng(0)
    high = 100 if dtype == np.uint8 else 0.4
    outputs = rng.uniform(0, high, (20, 20)).astype(dtype)
    np.fill_diagonal(outputs, 200 if dtype == np.uint8 else 0.9)
    return outputs


@pytest.mark.parametrize(
    ("variant", "dtype", "allowed"),
    [("int8", np.uint8, 1), ("fp32", np.float32, 5e-6), ("dynamic_int8", np.float32, 0.0019)],
)
def test_green_within_the_tolerance(variant, dtype, allowed):
    expected = _outputs(dtype)
    found = expected.astype(np.float64)
    found[:, 5] += allowed
    golden.check(variant, expected, found)


@pytest.mark.parametrize(
    ("variant", "dtype", "fault", "message"),
    [
        ("int8", np.uint8, 2, "2 codes"),
        ("fp32", np.float32, 2e-5, "difference 2e-05"),
        ("int16x8", np.float32, 2e-5, "difference 2e-05"),
        ("dynamic_int8", np.float32, 0.05, "mean difference 0.0025"),
    ],
)
def test_one_wrong_score(variant, dtype, fault, message):
    expected = _outputs(dtype)
    found = expected.astype(np.float64)
    found[3, 5] += fault
    with pytest.raises(AssertionError, match=message):
        golden.check(variant, expected, found)


def test_another_class():
    expected = _outputs(np.uint8)
    found = expected.copy()
    found[3, 5] = 201
    with pytest.raises(AssertionError, match="top-1 differs"):
        golden.check("int8", expected, found)


def test_a_missing_picture():
    expected = _outputs(np.uint8)
    with pytest.raises(AssertionError):
        golden.check("int8", expected, expected[:-1])


def test_degenerate_outputs():
    same = np.zeros((20, 20), np.uint8)
    with pytest.raises(AssertionError, match="all of one class"):
        golden.check("int8", same, same)
    flat = _outputs(np.uint8)
    flat[0] = 7
    with pytest.raises(AssertionError, match="of one value"):
        golden.check("int8", flat, flat)
