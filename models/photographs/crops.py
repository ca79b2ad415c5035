"""Seeded crops of photographs, for calibration and for golden inputs.

Calibration crops come from the photographs of the train split, golden crops from those of the
held-out split: no photograph, so no pixel, is in both.
"""

from __future__ import annotations

import itertools

import numpy as np
from model_press.formats.errors import UserError
from PIL import Image

from models.photographs import bits, photos

CHANNEL_ORDERS = tuple(itertools.permutations(range(3)))

# A crop's side, as a share of the photograph's shorter side, in percent.
MIN_SIDE_PERCENT, MAX_SIDE_PERCENT = 25, 100


def make(split: str, count: int, size: int, seed: int) -> np.ndarray:
    """Cut square crops of varied scale and place, half of them mirrored.

    Photographs take turns, colour ones twice as often as greyscale ones.

    Args:
      split: photos.TRAIN for calibration, photos.HELD_OUT for golden inputs.
      count: how many crops.
      size: height and width of the result in pixels.
      seed: decides scale, place and mirroring.

    Returns:
      uint8 RGB [count, size, size, 3].

    Raises:
      UserError: count or size is not positive, or a photograph is missing.
    """
    if count < 1 or size < 1:
        raise UserError(f"count and size must be at least 1, got {count} and {size}")
    turns = [
        *photos.load_split(split).values(),
        *photos.load_split(split, colour_only=True).values(),
    ]
    percent = bits.integers(seed, "side", MIN_SIDE_PERCENT, MAX_SIDE_PERCENT, count)
    row, column = bits.integers(seed, "place", 0, 2**31 - 1, (2, count))
    mirrored = bits.integers(seed, "mirrored", 0, 1, count)
    crops = np.empty((count, size, size, 3), np.uint8)
    for i in range(count):
        photo = turns[i % len(turns)]
        height, width = photo.shape[:2]
        side = min(height, width) * int(percent[i]) // 100
        top, left = int(row[i]) % (height - side + 1), int(column[i]) % (width - side + 1)
        window = photo[top : top + side, left : left + side]
        image = Image.fromarray(window).resize((size, size), Image.Resampling.BILINEAR)
        crops[i] = np.asarray(image)[:, ::-1] if mirrored[i] else np.asarray(image)
    return crops


def exchange_channels(images: np.ndarray) -> np.ndarray:
    """Return uint8 RGB [N, H, W, 3] with the colour channels of image i in order i of CHANNEL_ORDERS, in turns.

    A dozen photographs have few colours; this gives a set of crops six times as many.
    """
    orders = itertools.cycle(CHANNEL_ORDERS)
    return np.stack([image[..., order] for image, order in zip(images, orders, strict=False)])
