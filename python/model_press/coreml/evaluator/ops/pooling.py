"""Pooling."""

import numpy as np

from model_press.coreml.evaluator.ops import windows


def _prepared(x, kernel_sizes, strides, pad_type, pad, ceil_mode, value):
    if ceil_mode:
        raise ValueError("ceil_mode is set, which the evaluator does not run")
    kernel, strides = windows.integers(kernel_sizes), windows.integers(strides)
    pads = windows.padding(pad_type, pad, x.shape[2:], kernel, strides, (1, 1))
    return kernel, strides, pads, windows.padded(x, pads, value)


def max_pool(x, kernel_sizes, strides=None, pad_type="valid", pad=None, ceil_mode=False):
    """Return the largest value in each window; padding never wins."""
    kernel, strides, _, x = _prepared(x, kernel_sizes, strides, pad_type, pad, ceil_mode, -np.inf)
    y = None
    for _, _, view in windows.taps(x, kernel, strides, (1, 1)):
        y = view.copy() if y is None else np.maximum(y, view, out=y)
    return y


def avg_pool(
    x,
    kernel_sizes,
    strides=None,
    pad_type="valid",
    pad=None,
    exclude_padding_from_average=False,
    ceil_mode=False,
):
    """Return the mean of each window, including or excluding the padding."""
    kernel, strides, pads, wide = _prepared(x, kernel_sizes, strides, pad_type, pad, ceil_mode, 0)
    total = sum(view for _, _, view in windows.taps(wide, kernel, strides, (1, 1)))
    if not exclude_padding_from_average:
        return total / np.float32(kernel[0] * kernel[1])
    ones = windows.padded(np.ones((1, 1, *x.shape[2:]), np.float32), pads, 0)
    return total / sum(view for _, _, view in windows.taps(ones, kernel, strides, (1, 1)))


OPERATIONS = {"avg_pool": avg_pool, "max_pool": max_pool}
