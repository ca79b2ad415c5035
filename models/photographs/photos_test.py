"""Tests of the list of photographs."""

import numpy as np
import pytest
from model_press.formats.errors import UserError

from models.photographs import photos


def test_every_photograph_is_in_one_split():
    files = [photo.file for photo in photos.PHOTOS]
    assert len(set(files)) == len(files)
    assert {p.split for p in photos.PHOTOS} == {photos.TRAIN, photos.HELD_OUT}


@pytest.mark.parametrize("photo", photos.PHOTOS, ids=lambda photo: photo.name)
def test_every_photograph_loads_and_colour_is_as_listed(photo):
    pixels = photos.load(photo)
    assert (pixels.dtype, pixels.ndim, pixels.shape[2]) == (np.uint8, 3, 3)
    grey = (pixels == pixels[..., :1]).all()
    assert photo.colour != grey


@pytest.mark.parametrize("split", [photos.TRAIN, photos.HELD_OUT])
def test_both_splits_have_colour(split):
    colour = photos.load_split(split, colour_only=True)
    assert 3 <= len(colour) < len(photos.load_split(split))


def test_a_missing_file_is_named(monkeypatch, tmp_path):
    monkeypatch.setattr(photos, "directory", lambda _: str(tmp_path))
    with pytest.raises(UserError, match=f"astronaut.png is not in {tmp_path}"):
        photos.load(photos.PHOTOS[0])
