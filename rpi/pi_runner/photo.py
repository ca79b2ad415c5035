"""Decodes the pictures of users and clients, with a limit for a small machine.

The pixels are those of model_press.images.decode, byte for byte; only the limit and the source (bytes) differ.
"""

import io
import pathlib

from model_press.formats import files
from model_press.formats.errors import UserError
from model_press.images import decode as images
from PIL import Image

from pi_runner.failures import TooLargeError

# Decoding takes up to 8 bytes a pixel of a plain JPEG (EXIF rotation, conversion), up to 18 of PNG with alpha, WebP and
# progressive JPEG: 64 megapixels, the largest Pi camera, are 510 MB.
DEFAULT_MEGAPIXELS = 64.0


def decode(
    source: pathlib.Path | bytes, name: str, megapixels: float = DEFAULT_MEGAPIXELS
) -> Image.Image:
    """Decode an image to 8-bit RGB: EXIF orientation applied, alpha composited on white.

    Args:
      source: a path, or the bytes of a file.
      name: what errors call it.
      megapixels: largest size, in millions of pixels, refused before any pixel is allocated.
    Raises:
      NotAnImageError: no decoder knows it.
      TooLargeError: more pixels than the limit.
      UserError: truncated or corrupt, or the file is missing, unreadable or empty.
    """

    def check_size(width: int, height: int) -> None:
        if width * height > megapixels * 1e6:
            raise TooLargeError(
                f"image {name} is {width}x{height}, {width * height / 1e6:.0f} megapixels; "
                f"at most {megapixels:g} are taken"
            )

    if isinstance(source, bytes):
        return images.decode_source(io.BytesIO(source), name, check_size)
    try:
        path = files.require_file(source, "image")
    except OSError as error:  # it went away meanwhile, or is not ours to read
        raise UserError(f"image {name} cannot be read: {error.strerror or error}") from None
    return images.decode_source(path, name, check_size)
