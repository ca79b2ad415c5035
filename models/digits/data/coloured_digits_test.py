"""Tests of the coloured digits."""

import dataclasses

import numpy as np
import pytest
from model_press.formats.errors import UserError

from models.digits.data import coloured_digits, handwritten, stand_in_digits
from models.photographs import photos

SIZE = coloured_digits.MIN_SIZE
RED, BLUE = 0, 2


def _composer(split=photos.HELD_OUT, count=40, **changes) -> coloured_digits.Composer:
    """A composer of a few thick strokes; they need no npm package."""
    ink = np.zeros((count, handwritten.SIDE, handwritten.SIDE), np.uint8)
    ink[:, 6:22, 10:18] = 255
    digits = handwritten.Digits(ink, np.arange(count) % 10)
    fields = {
        "digits": digits,
        "levels": tuple(
            coloured_digits._reductions(photo, SIZE) for photo in photos.load_split(split).values()
        ),
        "size": SIZE,
        "vary_photos": split == photos.TRAIN,
    }
    return coloured_digits.Composer(**(fields | changes))


def test_labels_are_the_ten_digits_in_red_then_in_blue():
    assert coloured_digits.LABELS[0] == "0 red"
    assert coloured_digits.LABELS[9] == "9 red"
    assert coloured_digits.LABELS[10] == "0 blue"
    assert len(set(coloured_digits.LABELS)) == 20


def test_the_class_tells_the_ink():
    grey = np.full((SIZE, SIZE, 3), 128, np.uint8)
    composer = _composer(levels=((grey,),))
    images, classes = composer.compose(1)
    change = images.astype(int) - 128
    redder = (change[..., RED] - change[..., BLUE]).sum(axis=(1, 2)) > 0
    np.testing.assert_array_equal(redder, classes < 10)


def test_swapping_red_and_blue_swaps_the_class():
    # The shades of one ink are those of the other with the channels exchanged, so that an
    # image fed as BGR looks exactly like a digit of the other ink.
    composer = _composer(levels=((np.full((SIZE, SIZE, 3), 128, np.uint8),),), count=1500)
    images, classes = composer.compose(1)
    shades = [
        np.median(np.sort(images[classes // 10 == ink, SIZE // 2, SIZE // 2], axis=0), axis=0)
        for ink in (0, 1)
    ]
    assert np.abs(shades[0] - shades[1][::-1]).max() < 20


def test_each_digit_is_used_once_an_epoch():
    _, classes = _composer().compose(3)
    np.testing.assert_array_equal(np.bincount(classes % 10), [4] * 10)


def test_the_seed_decides_the_bytes():
    for split in (photos.TRAIN, photos.HELD_OUT):
        composer = _composer(split)
        first, again, other = (composer.compose(seed)[0] for seed in (1, 1, 2))
        np.testing.assert_array_equal(first, again)
        assert not (first == other).all(axis=(1, 2, 3)).any()


def test_the_digit_stays_inside_the_image():
    composer = _composer(count=400)
    body = composer.digits.ink.copy()
    ink = composer._place(1, "ink 0", body)
    edge = np.concatenate([ink[:, 0], ink[:, -1], ink[:, :, 0], ink[:, :, -1]], axis=1)
    assert (edge.max(axis=1) > 127).mean() < 0.02
    assert (ink.max(axis=(1, 2)) > 127).all()


def test_geometry_fits_its_integers_at_the_largest_size(monkeypatch):
    # The same placement with int64 would differ if an int32 product had overflowed.
    composer = _composer(size=coloured_digits.MAX_SIZE, count=400)
    draw = coloured_digits._draw
    narrow = composer._place(1, "ink 0", composer.digits.ink)
    monkeypatch.setattr(coloured_digits, "_draw", lambda *args: draw(*args).astype(np.int64))
    wide = composer._place(1, "ink 0", composer.digits.ink)
    np.testing.assert_array_equal(narrow, wide)


def test_ink_differs_clearly_from_what_it_covers():
    # Red on red, the worst case, on every photograph of the held-out split.
    composer = _composer(count=300)
    digits = composer.compose(5)[0].astype(int)
    blank = dataclasses.replace(
        composer, digits=handwritten.Digits(composer.digits.ink * 0, composer.digits.digit)
    )
    photo = blank.compose(5)[0].astype(int)
    change = np.abs(digits - photo).sum(axis=3).max(axis=(1, 2))
    assert change.min() > coloured_digits._CLEAR_CONTRAST // 2


def test_training_varies_the_photographs():
    plain = _composer(photos.TRAIN, vary_photos=False).compose(1)[0]
    varied = _composer(photos.TRAIN, vary_photos=True).compose(1)[0]
    assert (plain != varied).any(axis=(1, 2, 3)).mean() > 0.9


def test_splits_share_no_photograph_and_no_digit(tmp_path):
    stand_in_digits.write(tmp_path, handwritten.HELD_OUT_PER_DIGIT + 1)
    train, held_out = (
        coloured_digits.composer(split, tmp_path, SIZE, vary_photos=False)
        for split in (photos.TRAIN, photos.HELD_OUT)
    )
    pictures = [{level.tobytes() for p in c.levels for level in p} for c in (train, held_out)]
    assert not pictures[0] & pictures[1]
    inks = [{ink.tobytes() for ink in c.digits.ink} for c in (train, held_out)]
    assert not inks[0] & inks[1]


def test_a_size_out_of_range_is_refused():
    with pytest.raises(UserError, match="size 32 is not within 64..96 pixels"):
        coloured_digits.composer(photos.TRAIN, "unused", 32, vary_photos=False)
