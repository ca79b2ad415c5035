"""Tests of the programs that write image sets."""

import numpy as np
import pytest
from model_press.formats import files
from model_press.formats.errors import UserError
from model_press.images import image_set

from models.digits.data import handwritten, make_coloured_digits, stand_in_digits
from models.photographs import make_crops, program


@pytest.fixture
def outputs(tmp_path):
    return tmp_path / "i.npy", tmp_path / "c.npy"


def _run(main, outputs, *arguments):
    images, classes = outputs
    main([*arguments, f"--out-images={images}", f"--out-classes={classes}"])
    return np.load(images), np.load(classes)


def test_crops_are_unlabelled_images(outputs):
    arguments = ("--split=held_out", "--count=5", "--size=20")
    images, classes = _run(make_crops.main, outputs, *arguments)
    assert (images.dtype, images.shape) == (np.uint8, (5, 20, 20, 3))
    assert classes.dtype == np.int32
    assert classes.tolist() == [image_set.UNLABELED] * 5


def test_digits_are_labelled_images_with_the_same_bytes_each_time(tmp_path, outputs):
    stand_in_digits.write(tmp_path, handwritten.HELD_OUT_PER_DIGIT + 2)
    arguments = (f"--digits={tmp_path}", "--split=train", "--size=64", "--count=15")
    written = []
    for _ in range(2):
        images, classes = _run(make_coloured_digits.main, outputs, *arguments)
        written.append([files.sha256(path) for path in outputs])
    assert written[0] == written[1]
    assert (images.dtype, images.shape) == (np.uint8, (15, 64, 64, 3))
    assert ((classes >= 0) & (classes < 20)).all()


def test_a_count_beyond_the_digits_is_refused_and_nothing_is_written(tmp_path, outputs):
    stand_in_digits.write(tmp_path, handwritten.HELD_OUT_PER_DIGIT + 1)
    arguments = (f"--digits={tmp_path}", "--split=train", "--size=64", "--count=11")
    with pytest.raises(UserError, match=r"--count 11 is not within 1\.\.10"):
        _run(make_coloured_digits.main, outputs, *arguments)
    assert not outputs[0].exists()


def test_a_users_mistake_ends_in_one_line():
    def fail(_):
        raise UserError("first\n  second")

    with pytest.raises(SystemExit, match=": first second$"):
        program.run(fail)
