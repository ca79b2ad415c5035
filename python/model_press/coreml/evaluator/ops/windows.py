"""Convolution and pooling. A convolution is a matrix product, on BLAS, with the windows laid out as columns."""

from collections.abc import Iterator, Sequence

import numpy as np

# A depthwise convolution goes through the image in slices of channels that stay in a core's cache.
_SLICE_BYTES = 1 << 18


def _padding(
    pad_type: str,
    pad: Sequence[int] | None,
    sizes: Sequence[int],
    kernel: Sequence[int],
    strides: Sequence[int],
    dilations: Sequence[int],
) -> list[tuple[int, int]]:
    """Return (before, after) for each spatial axis. `same` puts the odd one after, `same_lower` before."""
    if pad_type == "custom":
        flat = [0] * (2 * len(sizes)) if pad is None else [int(p) for p in pad]
        return [(flat[2 * i], flat[2 * i + 1]) for i in range(len(sizes))]
    if pad_type == "valid":
        return [(0, 0)] * len(sizes)
    if pad_type not in ("same", "same_lower"):
        raise ValueError(f"pad_type is {pad_type!r}, expected valid, custom, same or same_lower")
    result = []
    for size, k, stride, dilation in zip(sizes, kernel, strides, dilations, strict=True):
        outputs = -(-size // stride)
        total = max((outputs - 1) * stride + (k - 1) * dilation + 1 - size, 0)
        small, large = total // 2, total - total // 2
        result.append((small, large) if pad_type == "same" else (large, small))
    return result


def _padded(x: np.ndarray, pads: list[tuple[int, int]], value: float) -> np.ndarray:
    """Return x [N, C, H, W] with its two last axes padded."""
    if not any(map(any, pads)):
        return x
    return np.pad(x, [(0, 0), (0, 0), *pads], constant_values=value)


def _output_sizes(
    x: np.ndarray, kernel: Sequence[int], strides: Sequence[int], dilations: Sequence[int]
) -> tuple[int, int]:
    """Return the height and width of the result of a window over the padded x."""
    return tuple(
        (size - (k - 1) * dilation - 1) // stride + 1
        for size, k, stride, dilation in zip(x.shape[2:], kernel, strides, dilations, strict=True)
    )


def _taps(
    x: np.ndarray, kernel: Sequence[int], strides: Sequence[int], dilations: Sequence[int]
) -> Iterator[tuple[int, int, np.ndarray]]:
    """Return the view [N, C, OH, OW] of x at each position (i, j) in the window."""
    height, width = _output_sizes(x, kernel, strides, dilations)
    for i in range(kernel[0]):
        top = i * dilations[0]
        rows = slice(top, top + (height - 1) * strides[0] + 1, strides[0])
        for j in range(kernel[1]):
            left = j * dilations[1]
            yield i, j, x[:, :, rows, left : left + (width - 1) * strides[1] + 1 : strides[1]]


def _integers(values: Sequence[int] | None, default: int = 1) -> tuple[int, int]:
    """Return two integers of a parameter of a 2-D operation."""
    return (default, default) if values is None else tuple(int(v) for v in values)


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
    strides, dilations = _integers(strides), _integers(dilations)
    pads = _padding(pad_type, pad, x.shape[2:], kernel, strides, dilations)
    x = _padded(x, pads, 0)
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
    height, width = _output_sizes(x, kernel, strides, dilations)
    matrix = np.ascontiguousarray(weight.reshape(outputs, -1))
    if tuple(kernel) == (1, 1):
        columns = x[:, :, :: strides[0], :: strides[1]].reshape(len(x), channels, -1)
    else:
        columns = np.empty((len(x), channels, *kernel, height, width), np.float32)
        for i, j, view in _taps(x, kernel, strides, dilations):
            columns[:, :, i, j] = view
        columns = columns.reshape(len(x), matrix.shape[1], -1)
    return np.matmul(matrix, columns).reshape(len(x), outputs, height, width)


def _depthwise(x, weight, strides, dilations):
    channels, *kernel = weight.shape
    height, width = _output_sizes(x, kernel, strides, dilations)
    y = np.empty((len(x), channels, height, width), np.float32)
    step = max(1, _SLICE_BYTES // (4 * len(x) * height * width))
    for first in range(0, channels, step):
        part = slice(first, min(first + step, channels))
        total, product = y[:, part], np.empty_like(y[:, part])
        for i, j, view in _taps(x[:, part], kernel, strides, dilations):
            w = weight[part, i, j].reshape(1, -1, 1, 1)
            if i == j == 0:
                np.multiply(view, w, out=total)
            else:
                np.multiply(view, w, out=product)
                np.add(total, product, out=total)
    return y


def _prepared(x, kernel_sizes, strides, pad_type, pad, ceil_mode, value):
    if ceil_mode:
        raise ValueError("ceil_mode is set, which the evaluator does not run")
    kernel, strides = _integers(kernel_sizes), _integers(strides)
    pads = _padding(pad_type, pad, x.shape[2:], kernel, strides, (1, 1))
    return kernel, strides, pads, _padded(x, pads, value)


def max_pool(x, kernel_sizes, strides=None, pad_type="valid", pad=None, ceil_mode=False):
    """Return the largest value in each window; padding never wins."""
    kernel, strides, _, x = _prepared(x, kernel_sizes, strides, pad_type, pad, ceil_mode, -np.inf)
    y = None
    for _, _, view in _taps(x, kernel, strides, (1, 1)):
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
    total = sum(view for _, _, view in _taps(wide, kernel, strides, (1, 1)))
    if not exclude_padding_from_average:
        return total / np.float32(kernel[0] * kernel[1])
    ones = _padded(np.ones((1, 1, *x.shape[2:]), np.float32), pads, 0)
    return total / sum(view for _, _, view in _taps(ones, kernel, strides, (1, 1)))


OPERATIONS = {"avg_pool": avg_pool, "conv": conv, "max_pool": max_pool}
