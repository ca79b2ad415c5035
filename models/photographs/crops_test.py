"""Tests of the crops of photographs."""

import numpy as np
import pytest
from model_press.formats.errors import UserError

from models.photographs import crops, photos


def test_calibration_and_golden_crops_share_no_photograph():
    train = photos.load_split(photos.TRAIN)
    held_out = photos.load_split(photos.HELD_OUT)
    assert not set(train) & set(held_out)
    # Nor the same picture under two names.
    thumbnails = [crops.make(split, 24, 8, seed=1) for split in (photos.TRAIN, photos.HELD_OUT)]
    for crop in thumbnails[0]:
        assert not (thumbnails[1] == crop).all(axis=(1, 2, 3)).any()


def test_crops_differ_from_each_other():
    made = crops.make(photos.HELD_OUT, 32, 16, seed=1)
    assert len({crop.tobytes() for crop in made}) == 32


def test_the_seed_decides_the_bytes():
    first, again, other = (crops.make(photos.TRAIN, 4, 16, seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert not (first == other).all()


def test_more_crops_begin_with_the_fewer():
    few = crops.make(photos.TRAIN, 3, 16, seed=1)
    assert (few.dtype, few.shape) == (np.uint8, (3, 16, 16, 3))


def test_nothing_is_refused():
    with pytest.raises(UserError, match="at least 1"):
        crops.make(photos.TRAIN, 0, 16, seed=1)
