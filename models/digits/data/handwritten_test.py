"""Tests of reading handwritten digits."""

import json

import numpy as np
import pytest
from model_press.formats.errors import UserError

from models.digits.data import handwritten, stand_in_digits


def test_the_split_is_by_source_digit(tmp_path):
    stand_in_digits.write(tmp_path, handwritten.HELD_OUT_PER_DIGIT + 5)
    train, held_out = handwritten.load(tmp_path)
    assert len(train) == 10 * 5
    np.testing.assert_array_equal(
        np.bincount(held_out.digit), [handwritten.HELD_OUT_PER_DIGIT] * 10
    )
    seen = {ink.tobytes() for ink in train.ink}
    assert not any(ink.tobytes() in seen for ink in held_out.ink)


def test_three_decimals_give_back_every_byte(tmp_path):
    stand_in_digits.write(tmp_path, handwritten.HELD_OUT_PER_DIGIT + 1)
    every = np.arange(handwritten.SIDE**2) % 256
    path = tmp_path / "0.json"
    values = json.loads(path.read_text())["data"]
    values[: len(every)] = [round(int(v) / 255, 3) for v in every]
    path.write_text(json.dumps({"data": values}))
    train, _ = handwritten.load(path)
    np.testing.assert_array_equal(train.ink[0].ravel(), every)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(UserError, match="0.json is missing: give the folder"):
        handwritten.load(tmp_path)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ('{"data": [0.1', "0.json is not"),
        ('{"data": [0.1]}', "0.json holds 1 values"),
        (json.dumps({"data": [7] * 784}), "0.json has values outside 0..1"),
        (json.dumps({"data": [0] * 784}), "has 1 digits"),
    ],
)
def test_a_damaged_file_is_named(tmp_path, content, problem):
    (tmp_path / "0.json").write_text(content)
    with pytest.raises(UserError, match=problem):
        handwritten.load(tmp_path)
