"""Builds the smaller network: configurations with fewer filters, weights that are slices of the old ones."""

from typing import Any

import numpy as np

from model_press.compress.channels.channel_groups import Coupling
from model_press.keras_io import graph as keras_graph


def rebuild(
    graph: keras_graph.Graph,
    coupling: Coupling,
    keep: np.ndarray,
    weights: dict[tuple[int, int], np.ndarray] | None = None,
) -> Any:
    """Build a plain Keras model with only the coupled sets in `keep`.

    Args:
      graph: the original network.
      coupling: its coupled channels.
      keep: bool [sets].
      weights: new values by (id of the layer, index in layer.weights), full size, in place of the old ones.
    """
    sizes: dict[int, dict[str, Any]] = {}
    for size in coupling.channel_graph.sizes:
        count = int(keep[coupling.set_of[size.channels]].sum())
        if count != len(size.channels):
            sizes.setdefault(id(size.layer), {})[size.field] = size.build(count)
    model, new_layers = keras_graph.rebuild(graph, lambda layer: sizes.get(id(layer), {}))
    axes = {
        (id(weight.layer), weight.index): weight.axes for weight in coupling.channel_graph.weights
    }
    weights = weights or {}
    for layer in graph.layers():
        if not getattr(layer, "weights", None):
            continue
        values = []
        for index, variable in enumerate(layer.weights):
            key = (id(layer), index)
            value = weights[key] if key in weights else np.asarray(variable)
            for axis in axes.get(key, ()):
                positions = np.flatnonzero(keep[coupling.set_of[axis.channels]])
                value = np.take(value, positions, axis.axis)
            values.append(value)
        new_layers[id(layer)].set_weights(values)
    return model
