"""The licensed photographs that two wheels, scikit-image and scikit-learn, ship, and their split.

Only images whose free licence the packages' own documentation states are listed (scikit-image
also has a stereo pair of a motorcycle without one). They are opened by path: `skimage.data` would
try to download what it believes to be missing, and importing the packages takes seconds.
"""

from __future__ import annotations

import dataclasses
import importlib.util
import os

import numpy as np
from model_press.formats.errors import UserError
from PIL import Image

TRAIN = "train"
HELD_OUT = "held_out"


@dataclasses.dataclass(frozen=True)
class Photo:
    """One photograph.

    Attributes:
      file: its file name.
      split: TRAIN or HELD_OUT; a photograph is in one split only.
      colour: False for a greyscale photograph (its three channels are equal).
      licence: as the package's documentation of it says.
      source: key of SOURCES, the package that ships it.
    """

    file: str
    split: str
    colour: bool
    licence: str
    source: str = "scikit-image"

    @property
    def name(self) -> str:
        """The file name without its extension."""
        return os.path.splitext(self.file)[0]


# Package -> its import name and the folder of the photographs in it.
SOURCES = {
    "scikit-image": ("skimage", "data"),
    "scikit-learn": ("sklearn", "datasets/images"),
}

PHOTOS = (
    Photo("astronaut.png", TRAIN, True, "public domain (NASA)"),
    Photo("coffee.png", TRAIN, True, "CC0 (Rachel Michetti)"),
    Photo("hubble_deep_field.jpg", TRAIN, True, "public domain (NASA)"),
    Photo("ihc.png", TRAIN, True, "no known copyright restrictions"),
    Photo("china.jpg", TRAIN, True, "CC BY 2.0 (danielbuechele)", "scikit-learn"),
    Photo("brick.png", TRAIN, False, "CC0 (CC0Textures)"),
    Photo("grass.png", TRAIN, False, "CC0 (CC0Textures)"),
    Photo("coins.png", TRAIN, False, "no known copyright restrictions"),
    Photo("chelsea.png", HELD_OUT, True, "CC0 (Stefan van der Walt)"),
    Photo("rocket.jpg", HELD_OUT, True, "public domain (SpaceX)"),
    Photo("retina.jpg", HELD_OUT, True, "CC0 (Mikael Haggstrom)"),
    Photo("flower.jpg", HELD_OUT, True, "CC BY 2.0 (vultilion)", "scikit-learn"),
    Photo("camera.png", HELD_OUT, False, "CC0 (Lav Varshney)"),
    Photo("gravel.png", HELD_OUT, False, "CC0 (CC0Textures)"),
)


def directory(source: str) -> str:
    """Return the folder of an installed package that holds its photographs.

    Args:
      source: a key of SOURCES.

    Raises:
      UserError: the package is not installed.
    """
    module, folder = SOURCES[source]
    spec = importlib.util.find_spec(module)
    if spec is None or not spec.submodule_search_locations:
        raise UserError(
            f"{source} is not installed, and its photographs are needed: add the pip package "
            f"{source} to the target's deps"
        )
    return os.path.join(next(iter(spec.submodule_search_locations)), folder)


def load(photo: Photo) -> np.ndarray:
    """Return a photograph of PHOTOS as uint8 RGB [height, width, 3].

    Raises:
      UserError: its file is not in the installed package.
    """
    path = os.path.join(directory(photo.source), photo.file)
    if not os.path.isfile(path):
        raise UserError(
            f"photograph {photo.file} is not in {os.path.dirname(path)}: install the locked "
            f"version of {photo.source}, which ships it"
        )
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB"))


def load_split(split: str, *, colour_only: bool = False) -> dict[str, np.ndarray]:
    """Return the photographs of one split by name, in the order of PHOTOS.

    Args:
      split: TRAIN or HELD_OUT.
      colour_only: leaves the greyscale ones out.
    """
    return {
        photo.name: load(photo)
        for photo in PHOTOS
        if photo.split == split and (photo.colour or not colour_only)
    }
