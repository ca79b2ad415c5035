"""Finds channels that can be removed without changing an output: dead channels and copies.

dead: zero at every consuming kernel, for every image.
copies: two coupled sets of a group with the same parameters at every layer that produces or touches them. The
  consumers' weights for the copy are added to those for the original.
"""

from typing import Any

import numpy as np

from model_press.compress.channels.channel_graph import Axis, Weight
from model_press.compress.channels.channel_groups import Coupling
from model_press.keras_io import graph as keras_graph

# Activations that map 0 to 0, and layers that keep a channel of zeros zero.
_ZERO_STAYS = {"linear", "relu", "relu6", "tanh", "elu", "selu", "gelu", "swish", "silu"}
_ZERO_STAYS |= {"leaky_relu", "softsign", "hard_swish", "hard_silu", "mish"}
_ZERO_PASSES = {
    *("Activation", "AveragePooling2D", "Cropping2D", "DepthwiseConv2D", "Dropout", "ELU"),
    *("Flatten", "GlobalAveragePooling2D", "GlobalMaxPooling2D", "Identity", "LeakyReLU"),
    *("MaxPooling2D", "PReLU", "ReLU", "Reshape", "SpatialDropout2D", "UpSampling2D"),
    "ZeroPadding2D",
}
_ALL_ZERO = {"Add", "Average", "Maximum", "Minimum", "Subtract"}

Weights = dict[tuple[int, int], np.ndarray]


def find(graph: keras_graph.Graph, coupling: Coupling) -> tuple[np.ndarray, Weights]:
    """Return which sets stay, bool [sets], and changed kernels, full size, by (id of layer, index)."""
    keep = np.ones(coupling.count, bool)
    dead = _dead(graph, coupling)
    parameters = _parameters(coupling)
    weights: Weights = {}
    for group in coupling.prunable():
        keep[group.sets] = ~dead[group.sets]
        if not keep[group.sets].any():
            keep[group.sets[0]] = True  # a layer without channels cannot be built
        seen: dict[bytes, int] = {}
        for number in group.sets[keep[group.sets]]:
            first = seen.setdefault(parameters[number], number)
            if first != number and _pairs_up(coupling, first, number):
                _merge(coupling, first, number, weights)
                keep[number] = False
    return keep, weights


def _dead(graph: keras_graph.Graph, coupling: Coupling) -> np.ndarray:
    """Return which sets are zero at every kernel that consumes them."""
    taken = {id(weight.layer) for weight, _ in _consumers(coupling)}
    zero: dict[int, np.ndarray] = {}
    dead = np.ones(coupling.count, bool)
    for call in graph.calls:
        inputs = [zero[tensor] for tensor in call.inputs]
        if id(call.layer) in taken:
            mine = coupling.set_of[coupling.channel_graph.tensors[call.inputs[0]]]
            np.logical_and.at(dead, mine, inputs[0])
        widths = [len(coupling.channel_graph.tensors[tensor]) for tensor in call.outputs]
        result = _zeros(call, inputs, widths[0]) if inputs else None
        for tensor, width in zip(call.outputs, widths, strict=True):
            zero[tensor] = np.zeros(width, bool) if result is None else result
    return dead


def _zeros(call: keras_graph.Call, inputs: list[np.ndarray], width: int) -> np.ndarray | None:
    """Return which of the `width` channels of a call's result are always zero, or None if unknown."""
    layer, kind = call.layer, type(call.layer).__name__
    activation = getattr(getattr(layer, "activation", None), "__name__", "linear")
    if activation not in _ZERO_STAYS:
        return None
    values = [np.asarray(variable) for variable in getattr(layer, "weights", None) or []]
    if kind in ("Conv2D", "Dense", "SeparableConv2D"):
        kernel = values[1 if kind == "SeparableConv2D" else 0]
        zero = ~kernel.reshape(-1, kernel.shape[-1]).any(axis=0)
        return zero & (values[-1] == 0) if layer.use_bias else zero
    if kind == "BatchNormalization":
        return _zeros_of_norm(layer, values, inputs[0])
    if kind == "DepthwiseConv2D":
        zero = np.repeat(inputs[0], layer.depth_multiplier)
        zero = zero | ~values[0].any(axis=(0, 1)).ravel()
        return zero & (values[-1] == 0) if layer.use_bias else zero
    if kind == "Flatten":
        return np.tile(inputs[0], width // len(inputs[0]))
    if kind in _ZERO_PASSES:
        return inputs[0]
    if kind == "Concatenate" and layer.axis in (-1, 3):
        return np.concatenate(inputs)
    if kind in _ALL_ZERO and len({len(zero) for zero in inputs}) == 1:
        return np.logical_and.reduce(inputs)
    if kind == "Multiply" and len({len(zero) for zero in inputs}) == 1:
        return np.logical_or.reduce(inputs)
    return None


def _zeros_of_norm(layer: Any, values: list[np.ndarray], inputs: np.ndarray) -> np.ndarray:
    mean, variance = values[-2:]
    gamma = values[0] if layer.scale else np.ones_like(mean)
    beta = values[layer.scale * 1] if layer.center else np.zeros_like(mean)
    of_zero = beta - gamma * mean / np.sqrt(variance + layer.epsilon)
    return ((gamma == 0) & (beta == 0)) | (inputs & (of_zero == 0))


def _parameters(coupling: Coupling) -> list[bytes]:
    """Return all parameters that produce or transform each set, as comparable bytes."""
    parts: list[list[bytes]] = [[] for _ in range(coupling.count)]
    for weight in coupling.channel_graph.weights:
        values = np.asarray(weight.layer.weights[weight.index])
        for axis in weight.axes:
            if axis.role == "consumes":
                continue
            slices = np.moveaxis(values, axis.axis, 0).reshape(len(axis.channels), -1)
            for position, number in enumerate(coupling.set_of[axis.channels]):
                parts[number].append(slices[position].tobytes())
    return [b"|".join(part) for part in parts]


def _consumers(coupling: Coupling) -> list[tuple[Weight, Axis]]:
    return [
        (weight, axis)
        for weight in coupling.channel_graph.weights
        for axis in weight.axes
        if axis.role == "consumes"
    ]


def _positions(coupling: Coupling, axis: Axis, number: int) -> np.ndarray:
    return np.flatnonzero(coupling.set_of[axis.channels] == number)


def _pairs_up(coupling: Coupling, first: int, other: int) -> bool:
    """Return whether every consumer has as many positions for one set as for the other."""
    return all(
        len(_positions(coupling, axis, first)) == len(_positions(coupling, axis, other))
        for _, axis in _consumers(coupling)
    )


def _merge(coupling: Coupling, first: int, other: int, weights: Weights) -> None:
    """Add the consumers' kernel parts for `other` to those for `first`."""
    for weight, axis in _consumers(coupling):
        to, source = _positions(coupling, axis, first), _positions(coupling, axis, other)
        if not len(to):
            continue
        key = (id(weight.layer), weight.index)
        if key not in weights:
            weights[key] = np.array(np.asarray(weight.layer.weights[weight.index]))
        kernel = np.moveaxis(weights[key], axis.axis, 0)  # a view
        kernel[to] += kernel[source]
        kernel[source] = 0  # it may stay after all, to fill a multiple
