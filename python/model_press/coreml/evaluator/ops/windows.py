"""Padding and window positions, for convolution and pooling."""

from collections.abc import Iterator, Sequence

import numpy as np


def padding(
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


def padded(x: np.ndarray, pads: list[tuple[int, int]], value: float) -> np.ndarray:
    """Return x [N, C, H, W] with its two last axes padded."""
    if not any(map(any, pads)):
        return x
    return np.pad(x, [(0, 0), (0, 0), *pads], constant_values=value)


def output_sizes(
    x: np.ndarray, kernel: Sequence[int], strides: Sequence[int], dilations: Sequence[int]
) -> tuple[int, int]:
    """Return the height and width of the result of a window over the padded x."""
    return tuple(
        (size - (k - 1) * dilation - 1) // stride + 1
        for size, k, stride, dilation in zip(x.shape[2:], kernel, strides, dilations, strict=True)
    )


def taps(
    x: np.ndarray, kernel: Sequence[int], strides: Sequence[int], dilations: Sequence[int]
) -> Iterator[tuple[int, int, np.ndarray]]:
    """Return the view [N, C, OH, OW] of x at each position (i, j) in the window."""
    height, width = output_sizes(x, kernel, strides, dilations)
    for i in range(kernel[0]):
        top = i * dilations[0]
        rows = slice(top, top + (height - 1) * strides[0] + 1, strides[0])
        for j in range(kernel[1]):
            left = j * dilations[1]
            yield i, j, x[:, :, rows, left : left + (width - 1) * strides[1] + 1 : strides[1]]


def integers(values: Sequence[int] | None, default: int = 1) -> tuple[int, int]:
    """Return two integers of a parameter of a 2-D operation."""
    return (default, default) if values is None else tuple(int(v) for v in values)
