"""Convolutions and dense layers, on BLAS: a convolution is a matrix product with the windows laid out as columns."""

import numpy as np

from model_press.coreml.evaluator.ops import windows

# A depthwise convolution goes through the image in slices of channels that stay in a core's cache.
_SLICE_BYTES = 1 << 18


def conv(
    x,
    weight,
    bias=None,
    strides=None,
    pad_type="valid",
    pad=None,
    dilations=None,
    groups=1,
):
    """Convolve x [N, C, H, W] with weight [O, C / groups, KH, KW] -> [N, O, OH, OW]."""
    if weight.ndim != 4:
        raise ValueError(f"the weight has rank {weight.ndim}; only 2-D convolutions are run")
    kernel = weight.shape[2:]
    strides, dilations = windows.integers(strides), windows.integers(dilations)
    pads = windows.padding(pad_type, pad, x.shape[2:], kernel, strides, dilations)
    x = windows.padded(x, pads, 0)
    if groups == 1:
        y = _dense(x, weight, strides, dilations)
    elif weight.shape[:2] == (x.shape[1], 1) and groups == x.shape[1]:
        y = _depthwise(x, weight[:, 0], strides, dilations)
    else:
        parts = zip(np.split(x, groups, 1), np.split(weight, groups, 0), strict=True)
        y = np.concatenate([_dense(part, w, strides, dilations) for part, w in parts], 1)
    if bias is not None:
        y += bias.reshape(1, -1, 1, 1)
    return y


def _dense(x, weight, strides, dilations):
    outputs, channels, *kernel = weight.shape
    height, width = windows.output_sizes(x, kernel, strides, dilations)
    matrix = np.ascontiguousarray(weight.reshape(outputs, -1))
    if tuple(kernel) == (1, 1):
        columns = x[:, :, :: strides[0], :: strides[1]].reshape(len(x), channels, -1)
    else:
        columns = np.empty((len(x), channels, *kernel, height, width), np.float32)
        for i, j, view in windows.taps(x, kernel, strides, dilations):
            columns[:, :, i, j] = view
        columns = columns.reshape(len(x), matrix.shape[1], -1)
    return np.matmul(matrix, columns).reshape(len(x), outputs, height, width)


def _depthwise(x, weight, strides, dilations):
    channels, *kernel = weight.shape
    height, width = windows.output_sizes(x, kernel, strides, dilations)
    y = np.empty((len(x), channels, height, width), np.float32)
    step = max(1, _SLICE_BYTES // (4 * len(x) * height * width))
    for first in range(0, channels, step):
        part = slice(first, min(first + step, channels))
        total, product = y[:, part], np.empty_like(y[:, part])
        for i, j, view in windows.taps(x[:, part], kernel, strides, dilations):
            w = weight[part, i, j].reshape(1, -1, 1, 1)
            if i == j == 0:
                np.multiply(view, w, out=total)
            else:
                np.multiply(view, w, out=product)
                np.add(total, product, out=total)
    return y


def linear(x, weight, bias=None):
    """Multiply x [..., C] by weight [O, C]."""
    y = x @ weight.T
    return y if bias is None else y + bias


def matmul(x, y, transpose_x=False, transpose_y=False):
    """Return the matrix product of the last two axes."""
    x = np.swapaxes(x, -1, -2) if transpose_x else x
    return x @ (np.swapaxes(y, -1, -2) if transpose_y else y)


OPERATIONS = {"conv": conv, "linear": linear, "matmul": matmul}
