"""What a network costs with only some of its channels: parameters and multiplications."""

from typing import Literal

import numpy as np

from model_press.compress.channels.classes import Classes
from model_press.compress.channels.wiring import Weight

Unit = Literal["parameters", "macs"]


def total(classes: Classes, keep: np.ndarray, unit: Unit) -> int:
    """Parameters, or multiply-accumulates for one image, when only the classes in `keep` (bool) stay."""
    return sum(
        _factor(weight, unit) * _rest(weight) * int(np.prod(_counts(weight, classes, keep)))
        for weight in classes.wiring.weights
    )


def shares(classes: Classes, unit: Unit) -> np.ndarray:
    """What leaves with each class if it leaves alone, float64 [classes]."""
    result = np.zeros(classes.count)
    for weight in classes.wiring.weights:
        for axis in weight.axes:
            others = _rest(weight) * np.prod([len(a.wires) for a in weight.axes if a is not axis])
            np.add.at(result, classes.of_wire[axis.wires], _factor(weight, unit) * others)
    return result


def _factor(weight: Weight, unit: Unit) -> int:
    return 1 if unit == "parameters" else weight.uses


def _rest(weight: Weight) -> int:
    """Elements over the axes that are no channels."""
    channel_axes = {axis.axis for axis in weight.axes}
    return int(np.prod([s for i, s in enumerate(weight.shape) if i not in channel_axes]))


def _counts(weight: Weight, classes: Classes, keep: np.ndarray) -> list[int]:
    return [int(keep[classes.of_wire[axis.wires]].sum()) for axis in weight.axes]
