"""The net of //models/digits: the smallest of the recorded sweep within half a point of the widest (sweep.json)."""

SIZE = 80

WIDTH = 0.25

CLASSES = ["{} {}".format(digit, ink) for ink in ["red", "blue"] for digit in range(10)]
