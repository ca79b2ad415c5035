"""Fuzzes decoders of pictures and arrays."""

import io
import pathlib
from collections.abc import Callable

import numpy as np
from model_press.images import decode, image_set
from PIL import Image

from testing.fuzz import mutate
from testing.fuzz.loader import add, loads


def _picture(kind: str) -> Callable[[], bytes]:
    def make() -> bytes:
        pixels = np.random.default_rng(0).integers(0, 256, (24, 20, 3), np.uint8)
        out = io.BytesIO()
        exif = Image.Exif()
        exif[0x0112] = 6
        Image.fromarray(pixels).save(out, kind, **({"exif": exif} if kind != "GIF" else {}))
        return out.getvalue()

    return make


def _npy() -> bytes:
    out = io.BytesIO()
    np.save(out, np.zeros((2, 4, 4, 3), np.uint8))
    return out.getvalue()


@loads("npy", ".npy", _npy, mutate.damaged_npy)
def _load_npy(path: pathlib.Path) -> None:
    pixels, _ = image_set.from_arrays(str(path), None, None)
    np.array(pixels)


for _kind, _suffix in (
    ("JPEG", ".jpg"),
    ("PNG", ".png"),
    ("GIF", ".gif"),
    ("WEBP", ".webp"),
    ("BMP", ".bmp"),
):
    add(_kind.lower(), _suffix, _picture(_kind), decode.decode)
