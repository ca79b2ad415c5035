"""Counts the parameters and multiplications of a network that keeps only some of its channels."""

from typing import Literal

import numpy as np

from model_press.compress.channels.channel_graph import Weight
from model_press.compress.channels.channel_groups import Coupling

Unit = Literal["parameters", "macs"]


def total(coupling: Coupling, keep: np.ndarray, unit: Unit) -> int:
    """Return the parameters, or multiply-accumulates per image, if only the sets in `keep` (bool) stay."""
    return sum(
        _factor(weight, unit) * _rest(weight) * int(np.prod(_counts(weight, coupling, keep)))
        for weight in coupling.channel_graph.weights
    )


def shares(coupling: Coupling, unit: Unit) -> np.ndarray:
    """Return what removing each coupled set alone would save, float64 [sets]."""
    result = np.zeros(coupling.count)
    for weight in coupling.channel_graph.weights:
        for axis in weight.axes:
            others = _rest(weight) * np.prod(
                [len(a.channels) for a in weight.axes if a is not axis]
            )
            np.add.at(result, coupling.set_of[axis.channels], _factor(weight, unit) * others)
    return result


def _factor(weight: Weight, unit: Unit) -> int:
    return 1 if unit == "parameters" else weight.uses


def _rest(weight: Weight) -> int:
    """Return the number of elements along the axes that are not channels."""
    channel_axes = {axis.axis for axis in weight.axes}
    return int(np.prod([s for i, s in enumerate(weight.shape) if i not in channel_axes]))


def _counts(weight: Weight, coupling: Coupling, keep: np.ndarray) -> list[int]:
    return [int(keep[coupling.set_of[axis.channels]].sum()) for axis in weight.axes]
