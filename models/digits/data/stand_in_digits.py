"""Stand-ins for the npm package's digits, so that tests are quick and need no download."""

from __future__ import annotations

import os

import numpy as np

from models.digits.data import handwritten
from models.photographs import bits


def write(folder: str, per_digit: int) -> None:
    """Write 0.json to 9.json: random blots of ink, each different, in the package's format."""
    side = handwritten.SIDE
    decimals = [f"{value / 255:.3f}" for value in range(256)]
    for digit in range(10):
        ink = np.zeros((per_digit, side, side), np.int64)
        # Few inked pixels keep the files small; they are enough for every blot to be another.
        ink[:, 10:18, 10:18] = bits.integers(digit, "blots", 0, 255, (per_digit, 8, 8))
        values = ",".join("0" if value == 0 else decimals[value] for value in ink.ravel())
        with open(os.path.join(folder, f"{digit}.json"), "w", encoding="utf-8") as file:
            file.write(f'{{"data":[{values}]}}')
