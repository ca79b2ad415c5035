"""The net of //models/digits, chosen by the comparison in docs/adr/009-two-models.md."""

SIZE = 80

WIDTH = 0.25

CLASSES = ["{} {}".format(digit, ink) for ink in ["red", "blue"] for digit in range(10)]
