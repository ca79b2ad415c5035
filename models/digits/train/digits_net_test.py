"""The build trains the net that digits_net describes, and its labels are in the order of the classes."""

import pathlib
import re

from models.digits.data import coloured_digits
from models.digits.train import digits_net

DIGITS = pathlib.Path("models/digits")


def test_the_build_trains_the_digits_net():
    text = (DIGITS / "net.bzl").read_text("utf-8")
    constants = dict(re.findall(r"^(SIZE|WIDTH) = ([0-9.]+)$", text, re.MULTILINE))
    assert float(constants["WIDTH"]) == digits_net.WIDTH
    assert int(constants["SIZE"]) == digits_net.SIZE


def test_labels_are_in_the_order_of_the_classes():
    labels = (DIGITS / "labels.txt").read_text("utf-8").splitlines()
    assert tuple(labels) == coloured_digits.LABELS
