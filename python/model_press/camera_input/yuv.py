"""Camera planes (YUV 4:2:0) and RGB: BT.601 with full range, as JPEG has it and Android's cameras give it.

A frame is height rows of brightness and height / 2 rows of colour, in which two bytes in turn stand for 2 x 2 pixels:
U and V of NV12, V and U of NV21.
"""

import numpy as np

FRACTION_BITS = 16
NEUTRAL = 128
# JFIF's 1.402, 0.344136, 0.714136 and 1.772 in units of 2^-16: what each of red, green and blue gets of U and of V.
FACTORS = {"R": (0, 91881), "G": (-22554, -46802), "B": (116130, 0)}


def to_rgb(frame: np.ndarray, order: str) -> np.ndarray:
    """Return uint8 [height, width, 3] of an "NV12" or "NV21" frame [height * 3 / 2, width, 1], rounded half up."""
    height, width = frame.shape[0] * 2 // 3, frame.shape[1]
    luma = frame[:height, :, 0].astype(np.int64)
    pairs = frame[height:].reshape(height // 2, width // 2, 2).astype(np.int64) - NEUTRAL
    full = pairs.repeat(2, 0).repeat(2, 1)
    u, v = (full[..., place] for place in places(order))
    channels = [
        (luma << FRACTION_BITS) + of_u * u + of_v * v + (1 << FRACTION_BITS - 1)
        for of_u, of_v in FACTORS.values()
    ]
    return np.clip(np.stack(channels, -1) >> FRACTION_BITS, 0, 255).astype(np.uint8)


def from_rgb(rgb: np.ndarray, order: str) -> np.ndarray:
    """Return uint8 [height * 3 / 2, width, 1] of uint8 RGB [height, width, 3] of even sides.

    The colour of 2 x 2 pixels is their mean, so that the way back gives other bytes.
    """
    height, width, _ = rgb.shape
    weights = np.array([0.299, 0.587, 0.114])
    luma = rgb @ weights
    mean = rgb.reshape(height // 2, 2, width // 2, 2, 3).mean((1, 3))
    u = (mean[..., 2] - mean @ weights) / 1.772 + NEUTRAL
    v = (mean[..., 0] - mean @ weights) / 1.402 + NEUTRAL
    pairs = np.stack([(u, v)[place] for place in places(order)], -1).reshape(height // 2, width)
    planes = np.floor(np.concatenate([luma, pairs]) + 0.5)
    return np.clip(planes, 0, 255).astype(np.uint8)[..., None]


def places(order: str) -> tuple[int, int]:
    """Return the positions of U and V among two colour bytes."""
    return (0, 1) if order == "NV12" else (1, 0)
