"""The weights of Pillow's antialiased bilinear filter, as matrices whose products are exact in float32.

Pillow weighs 8-bit pixels by integers of 22 bits and rounds the sum half up. A float32 has 24 bits, a product 30, so a
plain float product misses Pillow's side of a tie: at a shrink factor of 6 in 0.5 % of the pixels. Split into a high
and a low part, every product and sum is an integer below 2^24, and the nested floor is Pillow's shift:

  floor((high 2^b + low + 2^21) / 2^22) = floor((high + 2^(21 - b) + floor(low / 2^b)) / 2^(22 - b))
"""

import dataclasses

import numpy as np

# Fraction bits of Pillow's weights for 8-bit pixels (PRECISION_BITS of its Resample.c: 32 - 8 - 2).
FRACTION_BITS = 22
_PIXEL_BITS, _FLOAT_BITS = 8, 24


@dataclasses.dataclass(frozen=True)
class Matrices:
    """float32 [out, size] each, to be multiplied with lines of whole pixel values 0..255.

    A resized line is floor(high @ line + 0.5 + low_scale * floor(low @ line)). low is None where every weight is
    that short.
    """

    high: np.ndarray
    low: np.ndarray | None
    low_scale: float

    @property
    def is_symmetric(self) -> bool:
        """Whether a line that is turned round gives the same result turned round."""
        return all(
            part is None or np.array_equal(part, part[::-1, ::-1]) for part in (self.high, self.low)
        )

    def reversed(self) -> "Matrices":
        """Return the weights of lines that are turned round."""
        return Matrices(
            self.high[:, ::-1], None if self.low is None else self.low[:, ::-1], self.low_scale
        )


def weights(size: int, out: int) -> np.ndarray:
    """Return Pillow's weights, int64 [out, size], in units of 2^-22.

    A triangle of half width max(size / out, 1) about the output pixel's centre, cut at the borders and scaled to a
    sum of 1.
    """
    scale = size / out
    support = max(scale, 1.0)
    result = np.zeros((out, size), np.float64)
    for row in range(out):
        centre = (row + 0.5) * scale
        first = max(0, int(centre - support + 0.5))
        last = min(size, int(centre + support + 0.5))
        # In Pillow's order of operations: a weight that differs in its last bit can flip a tie.
        distance = np.abs((np.arange(first, last) - centre + 0.5) * (1.0 / support))
        shares = np.maximum(0.0, 1.0 - distance)
        total = sum(shares.tolist())
        result[row, first:last] = shares / total if total else shares
    return np.floor(result * (1 << FRACTION_BITS) + 0.5).astype(np.int64)


def matrices(size: int, out: int) -> Matrices:
    """Return the weights in two parts."""
    whole = weights(size, out)
    taps = max(1, int(np.count_nonzero(whole, 1).max()))
    bits = min(FRACTION_BITS // 2, _FLOAT_BITS - _PIXEL_BITS - (taps - 1).bit_length())
    high, low = whole >> bits, whole & ((1 << bits) - 1)
    rest = FRACTION_BITS - bits
    return Matrices(
        (high / (1 << rest)).astype(np.float32),
        (low / (1 << bits)).astype(np.float32) if low.any() else None,
        1.0 / (1 << rest),
    )


# XNNPACK's depthwise kernels take up to 25 taps at once.
_MAX_TAPS = 25


@dataclasses.dataclass(frozen=True)
class Step:
    """A matrix whose rows are one row shifted by `pixels` each, apart from the first and the last.

    first, taps: where the weights of the first row, the second and the last begin, and how many there are.
    """

    pixels: int
    first: tuple[int, int, int]
    taps: tuple[int, int, int]


def step(size: int, out: int) -> Step | None:
    """Return the step of `weights(size, out)`, or None if it has none or its rows are too long to be worth it."""
    if size % out or size == out or out < 3:
        return None
    whole, pixels = weights(size, out), size // out
    spans = [np.flatnonzero(row)[[0, -1]] for row in whole]
    first, taps = spans[1][0], spans[1][1] - spans[1][0] + 1
    if taps > _MAX_TAPS:
        return None
    inner = whole[1, first : first + taps]
    for index in range(1, out - 1):
        start = first + (index - 1) * pixels
        if whole[index].sum() != inner.sum() or not np.array_equal(
            whole[index, start : start + taps], inner
        ):
            return None
    ends = [(int(spans[i][0]), int(spans[i][1] - spans[i][0] + 1)) for i in (0, -1)]
    return Step(
        pixels,
        (ends[0][0], int(first), ends[1][0]),
        (ends[0][1], int(taps), ends[1][1]),
    )
