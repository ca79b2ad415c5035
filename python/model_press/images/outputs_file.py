"""The files between an image set and a check: pixels in, raw outputs out, one image in memory at a time."""

import os
from collections.abc import Iterator
from typing import Any

import numpy as np

from model_press.formats import files
from model_press.formats.errors import UserError
from model_press.images import image_set, npy


def read_images(path: str | os.PathLike[str], height: int, width: int) -> np.ndarray:
    """Memory-map uint8 RGB pixels [N, height, width, 3]; another size or dtype is a UserError."""
    pixels = npy.read_npy(path, "images")
    image_set.check_images(pixels, f"images {path}")
    if pixels.shape[1:3] != (height, width):
        raise UserError(
            f"images {path} are {pixels.shape[1]}x{pixels.shape[2]}, but the model takes "
            f"{height}x{width}; give the image_set this height and width"
        )
    return pixels


def stream(
    out: str | os.PathLike[str],
    shape: tuple[int, int],
    dtype: np.dtype[Any],
    parts: Iterator[np.ndarray],
) -> None:
    """Write outputs [N, classes] part by part; a part of another dtype or width is a UserError."""
    with files.AtomicWriter(out) as file:
        npy.write_npy_header(file, shape, dtype)
        for part in parts:
            if part.dtype != dtype or part.shape[1:] != shape[1:]:
                raise UserError(
                    f"the model gave {part.dtype} {list(part.shape)}; expected {dtype} [N, {shape[1]}]"
                )
            file.write(np.ascontiguousarray(part).tobytes())
