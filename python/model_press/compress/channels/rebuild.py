"""Builds the smaller network: configurations with fewer filters, weights that are slices of the old ones."""

from typing import Any

import numpy as np

from model_press.compress.channels.classes import Classes
from model_press.keras_io import graph as graphs


def rebuild(
    graph: graphs.Graph,
    classes: Classes,
    keep: np.ndarray,
    weights: dict[tuple[int, int], np.ndarray] | None = None,
) -> Any:
    """A plain Keras model with the classes in `keep` only.

    Args:
      graph: the original network.
      classes: its channel classes.
      keep: bool [classes].
      weights: new values by (id of the layer, index in layer.weights), full size, in place of the old ones.
    """
    sizes: dict[int, dict[str, Any]] = {}
    for size in classes.wiring.sizes:
        count = int(keep[classes.of_wire[size.wires]].sum())
        if count != len(size.wires):
            sizes.setdefault(id(size.layer), {})[size.field] = size.build(count)
    model, made = graphs.rebuild(graph, lambda layer: sizes.get(id(layer), {}))
    axes = {(id(weight.layer), weight.index): weight.axes for weight in classes.wiring.weights}
    weights = weights or {}
    for layer in graph.layers():
        if not getattr(layer, "weights", None):
            continue
        values = []
        for index, variable in enumerate(layer.weights):
            key = (id(layer), index)
            value = weights[key] if key in weights else np.asarray(variable)
            for axis in axes.get(key, ()):
                positions = np.flatnonzero(keep[classes.of_wire[axis.wires]])
                value = np.take(value, positions, axis.axis)
            values.append(value)
        made[id(layer)].set_weights(values)
    return model
