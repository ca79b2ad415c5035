"""When a runner's outputs are the build's."""

import numpy as np

# XNNPACK's int8 kernels round otherwise on another processor: by one code.
_CODES = 1
# Float kernels sum in another order; measured 6e-7 on arm64.
_FLOAT = 1e-5
# Activations quantised on the fly: at a tie a code falls the other way, and a picture between two classes swings. So
# the mean over the pictures counts, as in a recipe's tolerance; measured 5e-4 on arm64.
_ON_THE_FLY_MEAN = 0.002


def check(variant: str, expected: np.ndarray, found: np.ndarray) -> np.ndarray:
    """Assert that a runner's outputs are the build's, and that these say something.

    Args:
      variant: name of the variant; decides the tolerance.
      expected: outputs of the build [pictures, classes], in the model's own dtype.
      found: those of the runner, as numbers.
    Returns:
      Largest difference of each picture [pictures].
    """
    assert found.shape == expected.shape
    classes = len(set(expected.argmax(1)))
    assert classes >= min(len(expected) // 2, 10), "the pictures are all of one class"
    # A picture's output must say something: one of zeros would agree with every other.
    assert min(len(set(row)) for row in expected) >= 2, "an output is of one value"
    differences = np.abs(found.astype(np.float64) - expected.astype(np.float64))
    largest: np.ndarray = differences.max(1)
    assert np.array_equal(found.argmax(1), expected.argmax(1)), "top-1 differs"
    if expected.dtype == np.uint8:
        assert largest.max() <= _CODES, f"{largest.max():g} codes"
    elif "dynamic" in variant:
        assert largest.mean() <= _ON_THE_FLY_MEAN, f"mean difference {largest.mean():g}"
    else:
        assert largest.max() <= _FLOAT, f"difference {largest.max():g}"
    return largest
