"""Decoding image files and fitting them to a model's input, byte for byte as the apps do.

Fit "crop": the largest centred box with the target's aspect ratio, then resize; "stretch": resize only.
The resize is Pillow's BILINEAR on 8-bit RGB: a triangle filter whose support grows with the
downscale, horizontal pass first, each pass rounded to 8 bits.
"""

import os
import pathlib
import warnings
from collections.abc import Callable
from typing import BinaryIO

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from model_press.formats import files
from model_press.formats.errors import UserError

# Above every camera's sensor; a decompression bomb is refused before its pixels are allocated.
MAX_PIXELS = 220_000_000
# What decoding may take, estimated before any pixel is allocated.
MAX_BYTES = 1_900_000_000
# Pillow has readers of forty formats more, one of which (EPS) starts another program that runs the file.
FORMATS = ("BMP", "GIF", "JPEG", "PNG", "WEBP")
# Pillow's own pixels twice, 4 bytes each: the second time turned upright, or in another mode.
_BYTES_A_PIXEL = 8
# Those again, on white or scaled to 8 bits; of WebP and progressive JPEG what their decoders keep of a whole picture.
_BYTES_A_PIXEL_AT_MOST = 18


class NotAnImageError(UserError):
    """Bytes that no decoder knows, as against an image that is damaged."""


def decode(path: str | os.PathLike[str]) -> Image.Image:
    """Decode an image file to 8-bit RGB: EXIF orientation applied, alpha composited on white.

    Raises:
      UserError: missing, empty, a Git LFS pointer, truncated, too large, or not an image.
    """
    path = files.require_file(path, "image")

    def check_size(width: int, height: int) -> None:
        if width * height > MAX_PIXELS:
            raise UserError(f"image {path} is {width}x{height}; at most {MAX_PIXELS} pixels")

    return decode_source(path, str(path), check_size, "; fetch it again", MAX_BYTES)


def decode_source(
    source: pathlib.Path | BinaryIO,
    name: str,
    check_size: Callable[[int, int], None],
    cure: str = "",
    most_bytes: int | None = None,
) -> Image.Image:
    """Decode a file or a stream to 8-bit RGB: EXIF orientation applied, alpha composited on white.

    Args:
      name: what errors call it.
      check_size: called with width and height before any pixel is allocated; raises where they are too large.
      cure: end of the line about a damaged image.
      most_bytes: that decoding may take, see `decoding_bytes`; None for any number.
    Raises:
      NotAnImageError: no decoder knows it.
      UserError: truncated or corrupt.
    """
    Image.MAX_IMAGE_PIXELS = None  # replaced by check_size, which is an error, not a warning
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # odd metadata that does not touch the pixels
            with Image.open(source, formats=FORMATS) as image:
                check_size(image.width, image.height)
                _check_bytes(image, name, most_bytes)
                # Without a copy of what is upright already.
                ImageOps.exif_transpose(image, in_place=True)
                return to_rgb(image)
    except UnidentifiedImageError as error:
        raise NotAnImageError(
            f"{name} is not an image that can be decoded; use JPEG, PNG, WebP or BMP"
        ) from error
    except (OSError, ValueError, SyntaxError, MemoryError) as error:
        raise UserError(
            f"image {name} is truncated or corrupt ({error or type(error).__name__}){cure}"
        ) from error


def _check_bytes(image: Image.Image, name: str, most: int | None) -> None:
    needed = decoding_bytes(image)
    if most is not None and needed > most:
        raise UserError(
            f"image {name} is {image.width}x{image.height}, and decoding its kind takes {needed / 1e9:.1f} GB, "
            f"expected at most {most / 1e9:.1f}; make it smaller, or save it as a plain JPEG"
        )


def decoding_bytes(image: Image.Image) -> int:
    """Return an upper bound of the memory that decode() needs for an opened, possibly unloaded image."""
    plain = image.mode in ("1", "L", "P", "RGB", "CMYK") and image.format != "WEBP"
    cheap = plain and "transparency" not in image.info and not image.info.get("progressive")
    return image.width * image.height * (_BYTES_A_PIXEL if cheap else _BYTES_A_PIXEL_AT_MOST)


def to_rgb(image: Image.Image) -> Image.Image:
    """Return 8-bit RGB of any Pillow image: grey, palette, CMYK, 16-bit; alpha is composited on white."""
    if image.mode.startswith("I;16") or image.mode in ("I", "F"):
        # 16-bit grey: Pillow's own conversion would clip instead of scaling.
        grey = np.asarray(image.convert("F")) / (257.0 if image.mode != "F" else 1.0)
        image = Image.fromarray(np.clip(np.rint(grey), 0, 255).astype(np.uint8))
    if "A" in image.getbands() or "transparency" in image.info:
        image = image.convert("RGBA")
        white = Image.new("RGBA", image.size, (255, 255, 255, 255))
        image = Image.alpha_composite(white, image)
    if image.mode != "RGB":
        return image.convert("RGB")
    image.load()
    return image


def crop_box(width: int, height: int, to_width: int, to_height: int) -> tuple[int, int, int, int]:
    """Return the largest centred (left, top, right, bottom) box with aspect to_width:to_height, floored."""
    if width * to_height >= height * to_width:
        crop_width, crop_height = max(1, height * to_width // to_height), height
    else:
        crop_width, crop_height = width, max(1, width * to_height // to_width)
    left, top = (width - crop_width) // 2, (height - crop_height) // 2
    return left, top, left + crop_width, top + crop_height


def fit(image: Image.Image, width: int, height: int, how: str) -> np.ndarray:
    """Return uint8 [height, width, 3] RGB from an RGB image; `how` is "crop" or "stretch"."""
    if how == "crop":
        image = image.crop(crop_box(image.width, image.height, width, height))
    elif how != "stretch":
        raise UserError(f"fit '{how}' is unknown; use crop or stretch")
    # Rows first, always: Pillow 13 picks the order by the sizes, which changes bytes; the apps cannot follow.
    rows = image.resize((width, image.height), Image.Resampling.BILINEAR)
    return np.asarray(rows.resize((width, height), Image.Resampling.BILINEAR))
