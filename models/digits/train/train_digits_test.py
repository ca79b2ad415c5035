"""Tests of the training program, with a very small net and few digits."""

import pathlib

import pytest
import tf_keras
from model_press.formats import files
from model_press.formats.errors import UserError

from models.digits.data import coloured_digits, handwritten, stand_in_digits
from models.digits.train import train_digits

TRAIN_PER_DIGIT = 13  # 130 digits: two batches an epoch
SMALL = ["--width=0.03", "--size=64", "--epochs=2"]


def test_two_runs_write_the_same_bytes_of_a_sound_model(tmp_path):
    stand_in_digits.write(tmp_path, handwritten.HELD_OUT_PER_DIGIT + TRAIN_PER_DIGIT)
    out = tmp_path / "digits.keras"
    written = []
    for _ in range(2):
        train_digits.main([f"--digits={tmp_path}", f"--out={out}", *SMALL])
        written.append(files.sha256(out))
        tf_keras.layers.Dense(1)  # another run may have built other layers before
    assert written[0] == written[1]
    model = tf_keras.models.load_model(out, compile=False)
    assert model.input_shape == (None, 64, 64, 3)
    assert model.output_shape == (None, len(coloured_digits.LABELS))


def test_labels_are_in_the_order_of_the_classes():
    labels = pathlib.Path("models/digits/labels.txt").read_text("utf-8").splitlines()
    assert tuple(labels) == coloured_digits.LABELS


def test_missing_digits_are_named_and_nothing_is_written(tmp_path):
    with pytest.raises(UserError, match=r"nowhere/0\.json is missing"):
        train_digits.main([f"--digits={tmp_path}/nowhere", f"--out={tmp_path / 'd.keras'}", *SMALL])
    assert not list(tmp_path.iterdir())
