"""Channels that can leave without changing an output: dead ones, and copies of another.

dead: zero wherever a kernel takes them, whatever the image.
copies: two classes of a group with the same parameters at every layer that makes or touches them. What the
  takers multiply the copy with is added to what they multiply the original with; then the copy can leave.
"""

from typing import Any

import numpy as np

from model_press.compress.channels.classes import Classes
from model_press.compress.channels.wiring import Axis, Weight
from model_press.keras_io import graph as graphs

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


def find(graph: graphs.Graph, classes: Classes) -> tuple[np.ndarray, Weights]:
    """Returns which classes stay, bool [classes], and changed kernels, full size, by (id of layer, index)."""
    keep = np.ones(classes.count, bool)
    dead = _dead(graph, classes)
    parameters = _parameters(classes)
    weights: Weights = {}
    for group in classes.prunable():
        keep[group.classes] = ~dead[group.classes]
        if not keep[group.classes].any():
            keep[group.classes[0]] = True  # a layer without channels cannot be built
        seen: dict[bytes, int] = {}
        for number in group.classes[keep[group.classes]]:
            first = seen.setdefault(parameters[number], number)
            if first != number and _pairs_up(classes, first, number):
                _merge(classes, first, number, weights)
                keep[number] = False
    return keep, weights


def _dead(graph: graphs.Graph, classes: Classes) -> np.ndarray:
    """Which classes arrive as zeros at every kernel that takes them."""
    taken = {id(weight.layer) for weight, _ in _takers(classes)}
    zero: dict[int, np.ndarray] = {}
    dead = np.ones(classes.count, bool)
    for call in graph.calls:
        given = [zero[tensor] for tensor in call.inputs]
        if id(call.layer) in taken:
            mine = classes.of_wire[classes.wiring.tensors[call.inputs[0]]]
            np.logical_and.at(dead, mine, given[0])
        widths = [len(classes.wiring.tensors[tensor]) for tensor in call.outputs]
        result = _zeros(call, given, widths[0]) if given else None
        for tensor, width in zip(call.outputs, widths, strict=True):
            zero[tensor] = np.zeros(width, bool) if result is None else result
    return dead


def _zeros(call: graphs.Call, given: list[np.ndarray], width: int) -> np.ndarray | None:
    """Which of the `width` channels of a call's result are zero for every image; None: perhaps none."""
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
        return _zeros_of_norm(layer, values, given[0])
    if kind == "DepthwiseConv2D":
        zero = np.repeat(given[0], layer.depth_multiplier)
        zero = zero | ~values[0].any(axis=(0, 1)).ravel()
        return zero & (values[-1] == 0) if layer.use_bias else zero
    if kind == "Flatten":
        return np.tile(given[0], width // len(given[0]))
    if kind in _ZERO_PASSES:
        return given[0]
    if kind == "Concatenate" and layer.axis in (-1, 3):
        return np.concatenate(given)
    if kind in _ALL_ZERO and len({len(zero) for zero in given}) == 1:
        return np.logical_and.reduce(given)
    if kind == "Multiply" and len({len(zero) for zero in given}) == 1:
        return np.logical_or.reduce(given)
    return None


def _zeros_of_norm(layer: Any, values: list[np.ndarray], given: np.ndarray) -> np.ndarray:
    mean, variance = values[-2:]
    gamma = values[0] if layer.scale else np.ones_like(mean)
    beta = values[layer.scale * 1] if layer.center else np.zeros_like(mean)
    of_zero = beta - gamma * mean / np.sqrt(variance + layer.epsilon)
    return ((gamma == 0) & (beta == 0)) | (given & (of_zero == 0))


def _parameters(classes: Classes) -> list[bytes]:
    """Per class, everything that makes its channels or works on them, as comparable bytes."""
    parts: list[list[bytes]] = [[] for _ in range(classes.count)]
    for weight in classes.wiring.weights:
        values = np.asarray(weight.layer.weights[weight.index])
        for axis in weight.axes:
            if axis.role == "takes":
                continue
            slices = np.moveaxis(values, axis.axis, 0).reshape(len(axis.wires), -1)
            for position, number in enumerate(classes.of_wire[axis.wires]):
                parts[number].append(slices[position].tobytes())
    return [b"|".join(part) for part in parts]


def _takers(classes: Classes) -> list[tuple[Weight, Axis]]:
    return [
        (weight, axis)
        for weight in classes.wiring.weights
        for axis in weight.axes
        if axis.role == "takes"
    ]


def _positions(classes: Classes, axis: Axis, number: int) -> np.ndarray:
    return np.flatnonzero(classes.of_wire[axis.wires] == number)


def _pairs_up(classes: Classes, first: int, other: int) -> bool:
    """Whether every taker has as many places for one class as for the other."""
    return all(
        len(_positions(classes, axis, first)) == len(_positions(classes, axis, other))
        for _, axis in _takers(classes)
    )


def _merge(classes: Classes, first: int, other: int, weights: Weights) -> None:
    """Moves the takers' kernel parts for `other` to those for `first`."""
    for weight, axis in _takers(classes):
        to, source = _positions(classes, axis, first), _positions(classes, axis, other)
        if not len(to):
            continue
        key = (id(weight.layer), weight.index)
        if key not in weights:
            weights[key] = np.array(np.asarray(weight.layer.weights[weight.index]))
        kernel = np.moveaxis(weights[key], axis.axis, 0)  # a view
        kernel[to] += kernel[source]
        kernel[source] = 0  # it may stay after all, to fill a multiple
