"""Stand-ins for the npm package's digits, so that tests are quick and need no download."""

from __future__ import annotations

import json
import os

import numpy as np

from model_press.data import bits, handwritten


def write(folder: str, per_digit: int) -> None:
    """Writes 0.json to 9.json: random blots of ink, each different, in the package's format."""
    side = handwritten.SIDE
    for digit in range(10):
        ink = np.zeros((per_digit, side, side), np.int64)
        ink[:, 4:-4, 4:-4] = bits.integers(digit, "blots", 0, 255, (per_digit, side - 8, side - 8))
        values = [round(int(value) / 255, 3) for value in ink.ravel()]
        with open(os.path.join(folder, f"{digit}.json"), "w", encoding="utf-8") as file:
            json.dump({"data": values}, file)
