"""The licensed photographs that scikit-image's wheel ships, and how they are split.

Only images whose free licence scikit-image's own documentation states are listed (the wheel also
has a stereo pair of a motorcycle without one). They are opened by path: `skimage.data` would
try to download what it believes to be missing, and importing skimage takes seconds.
"""

from __future__ import annotations

import dataclasses
import importlib.util
import os

import numpy as np
from PIL import Image

TRAIN = "train"
HELD_OUT = "held_out"


@dataclasses.dataclass(frozen=True)
class Photo:
    """One photograph.

    Attributes:
      file: its file name in skimage/data.
      split: TRAIN or HELD_OUT; a photograph is in one split only.
      colour: False for a greyscale photograph (its three channels are equal).
      licence: as scikit-image's docstring of it says.
    """

    file: str
    split: str
    colour: bool
    licence: str

    @property
    def name(self) -> str:
        """The file name without its extension."""
        return os.path.splitext(self.file)[0]


PHOTOS = (
    Photo("astronaut.png", TRAIN, True, "public domain (NASA)"),
    Photo("coffee.png", TRAIN, True, "CC0 (Rachel Michetti)"),
    Photo("hubble_deep_field.jpg", TRAIN, True, "public domain (NASA)"),
    Photo("ihc.png", TRAIN, True, "no known copyright restrictions"),
    Photo("brick.png", TRAIN, False, "CC0 (CC0Textures)"),
    Photo("grass.png", TRAIN, False, "CC0 (CC0Textures)"),
    Photo("coins.png", TRAIN, False, "no known copyright restrictions"),
    Photo("chelsea.png", HELD_OUT, True, "CC0 (Stefan van der Walt)"),
    Photo("rocket.jpg", HELD_OUT, True, "public domain (SpaceX)"),
    Photo("retina.jpg", HELD_OUT, True, "CC0 (Mikael Haggstrom)"),
    Photo("camera.png", HELD_OUT, False, "CC0 (Lav Varshney)"),
    Photo("gravel.png", HELD_OUT, False, "CC0 (CC0Textures)"),
)


def directory() -> str:
    """Returns the folder of the installed scikit-image that holds the photographs.

    Raises:
      FileNotFoundError: scikit-image is not installed.
    """
    spec = importlib.util.find_spec("skimage")
    if spec is None or not spec.submodule_search_locations:
        raise FileNotFoundError(
            "scikit-image is not installed, and its photographs are needed: add the pip package "
            "scikit-image to the target's deps"
        )
    return os.path.join(list(spec.submodule_search_locations)[0], "data")


def load(photo: Photo, folder: str | None = None) -> np.ndarray:
    """Returns a photograph as uint8 RGB [height, width, 3].

    Args:
      photo: an entry of PHOTOS.
      folder: where its file is; by default the installed scikit-image.

    Raises:
      FileNotFoundError: the file is not there.
    """
    path = os.path.join(folder or directory(), photo.file)
    if not os.path.isfile(path):
        raise FileNotFoundError(
            f"photograph {photo.file} is not in {os.path.dirname(path)}: scikit-image 0.26 ships "
            "it, so install that version or give the folder that holds it"
        )
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB"))


def load_split(
    split: str, *, colour_only: bool = False, folder: str | None = None
) -> dict[str, np.ndarray]:
    """Returns the photographs of one split by name, in the order of PHOTOS.

    Args:
      split: TRAIN or HELD_OUT.
      colour_only: leaves the greyscale ones out.
      folder: as in `load`.
    """
    return {
        photo.name: load(photo, folder)
        for photo in PHOTOS
        if photo.split == split and (photo.colour or not colour_only)
    }
