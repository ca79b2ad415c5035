"""Decoding what a user or a client hands over, with a limit that suits a small machine.

The pixels are those of model_press.images, byte for byte; only the limit and the source (bytes) differ.
"""

import io
import os
import pathlib
import warnings

from model_press import files, images
from model_press.errors import UserError
from PIL import Image, ImageOps

from pi_runner.failures import NotAnImageError, TooLargeError

# Decoding takes up to 9 bytes a pixel (EXIF rotation, conversion): 64 megapixels, the largest Pi camera, are 580 MB.
DEFAULT_MEGAPIXELS = 64.0


def read(path: str | os.PathLike, megapixels: float = DEFAULT_MEGAPIXELS) -> Image.Image:
    """Decodes a file to 8-bit RGB; UserError as of `decode`, or if it is missing or empty."""
    path = files.require_file(path, "image")
    return decode(path, str(path), megapixels)


def decode(
    source: pathlib.Path | bytes, name: str, megapixels: float = DEFAULT_MEGAPIXELS
) -> Image.Image:
    """Decodes an image to 8-bit RGB: EXIF orientation applied, alpha composited on white.

    Args:
      source: a path, or the bytes of a file.
      name: what errors call it.
      megapixels: largest size, in millions of pixels, refused before any pixel is allocated.
    Raises:
      NotAnImageError: no decoder knows it.
      TooLargeError: more pixels than the limit.
      UserError: truncated or corrupt.
    """
    Image.MAX_IMAGE_PIXELS = None  # replaced by the check below, which is an error, not a warning
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # odd metadata that does not touch the pixels
            with Image.open(io.BytesIO(source) if isinstance(source, bytes) else source) as image:
                if image.width * image.height > megapixels * 1e6:
                    raise TooLargeError(
                        f"image {name} is {image.width}x{image.height}, "
                        f"{image.width * image.height / 1e6:.0f} megapixels; at most {megapixels:g} are taken"
                    )
                return images.to_rgb(ImageOps.exif_transpose(image))
    except Image.UnidentifiedImageError:
        raise NotAnImageError(
            f"{name} is not an image that can be decoded; use JPEG, PNG, WebP or BMP"
        ) from None
    except (OSError, ValueError, SyntaxError, MemoryError) as error:
        raise UserError(
            f"image {name} is truncated or corrupt ({error or type(error).__name__})"
        ) from None
