"""Which member of the Xception family the digits net is, and how long it is trained.

Width and input size are those of the smallest net within 0.5 points of the widest on held-out digits
(docs/adr/009-two-models.md).
"""

from __future__ import annotations

from models.digits.data import coloured_digits
from models.digits.train import training
from models.family import xception_family

WIDTH = 0.25
SIZE = 80
MIDDLE_BLOCKS = 2
EPOCHS = 16
SEED = 1


def spec(width: float = WIDTH, size: int = SIZE) -> xception_family.XceptionSpec:
    """Return the digits net's specification, or that of a wider or larger sister."""
    return xception_family.XceptionSpec(
        size=size,
        classes=len(coloured_digits.LABELS),
        width=width,
        middle_blocks=MIDDLE_BLOCKS,
        bn_momentum=training.BN_MOMENTUM,
    )
