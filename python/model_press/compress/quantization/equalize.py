"""Cross-layer equalization: scales move from one kernel to the next until neighbours' channels span alike.

Nagel et al., "Data-Free Quantization Through Weight Equalization and Bias Correction", 2019. Between two convolutions
with at most a ReLU, a batch normalisation and poolings in between, channel i may leave the first one divided by s_i and
enter the second one multiplied by s_i: the network computes the same. With s_i = sqrt(r1_i / r2_i), where r1_i and r2_i
are the largest weights on either side (the first with its batch normalisation's factor), both become sqrt(r1_i r2_i),
and no channel is left so small in the tensor between them that it falls below a step of its one int8 scale.
"""

import collections
import dataclasses
from typing import Any

import numpy as np

from model_press.compress import kernels
from model_press.compress.quantization import quantization_points
from model_press.formats.errors import UserError
from model_press.keras_io import graph as keras_graph

# Scales travel one pair a round along a chain of layers, and a round costs milliseconds.
_ROUNDS = 50
_SETTLED = 1e-3
_PASSING = (*quantization_points.PASSING, "GlobalAveragePooling2D", "UpSampling2D")


@dataclasses.dataclass(frozen=True, eq=False)
class Pair:
    """Two kernels with a tensor between them. norm: the batch normalisation behind the first one, or None."""

    first: Any
    first_index: int
    norm: Any | None
    second: Any
    second_index: int


def equalize(model: Any) -> tuple[Pair, ...]:
    """Equalise a functional Keras model in place; its outputs stay the same within rounding.

    Returns:
      The pairs that scales were moved between.
    Raises:
      UserError: the model has none.
    """
    pairs = find_pairs(keras_graph.trace(model))
    if not pairs:
        raise UserError(
            "the model has no two convolutions with nothing but a ReLU, batch normalisation or pooling between "
            "them, so cross-layer equalization would change nothing; drop `equalization`"
        )
    for _ in range(_ROUNDS):
        moved = max(_equalize_pair(pair) for pair in pairs)
        if moved < _SETTLED:
            break
    return pairs


def find_pairs(graph: keras_graph.Graph) -> tuple[Pair, ...]:
    """Return the pairs of a graph, in the order of its calls."""
    readers, pairs = graph.readers(), []
    uses = collections.Counter(id(call.layer) for call in graph.calls)
    shared = {layer for layer, count in uses.items() if count > 1}
    for call in graph.calls:
        layer, kind = call.layer, type(call.layer).__name__
        if not _is_scalable(call, shared):
            continue
        if kind == "SeparableConv2D":
            pairs.append(Pair(layer, 0, None, layer, 1))
        if quantization_points.activation(layer) not in ("linear", "relu"):
            continue
        found = _follow(graph, call, readers, shared)
        if found:
            norm, second = found
            index = 1 if kind == "SeparableConv2D" else 0
            pairs.append(Pair(layer, index, norm, second, 0))
    return tuple(pairs)


def _is_scalable(call: keras_graph.Call, shared: set[int]) -> bool:
    layer = call.layer
    return (
        type(layer).__name__ in quantization_points.CONVOLUTIONS
        and id(layer) not in shared
        and quantization_points.is_plain(layer)
    )


def _follow(
    graph: keras_graph.Graph,
    call: keras_graph.Call,
    readers: dict[int, list[keras_graph.Call]],
    shared: set[int],
) -> tuple[Any | None, Any] | None:
    """Return (batch normalisation, next convolution) of a call's result, or None if anything else reads it."""
    norm, number = None, call.outputs[0]
    may_norm = quantization_points.activation(call.layer) == "linear"
    while number != graph.output and len(readers[number]) == 1:
        behind = readers[number][0]
        layer, kind = behind.layer, type(behind.layer).__name__
        if _is_scalable(behind, shared):
            return norm, layer
        if kind == "BatchNormalization" and may_norm and id(layer) not in shared:
            norm, may_norm = layer, False
        elif kind in _PASSING or (
            quantization_points.is_relu(layer) and quantization_points.activation(layer) == "relu"
        ):
            may_norm = False
        else:
            return None
        number = behind.outputs[0]
    return None


def _equalize_pair(pair: Pair) -> float:
    """Return the largest factor's distance from 1, in powers of e."""
    before, after = _reach(pair), _reach_behind(pair)
    usable = (before > 0) & (after > 0)
    factors = np.ones_like(before)
    factors[usable] = np.sqrt(before[usable] / after[usable])
    _divide_outputs(pair, factors)
    axis, _ = _axes(pair.second, pair.second_index)
    _scale(pair.second.weights[pair.second_index], axis, factors)
    return float(np.abs(np.log(factors)).max())


def _axes(layer: Any, index: int) -> tuple[int, int | None]:
    """Return the axes of a kernel's input and output channels; the output's is None for a depthwise kernel."""
    kernel = kernels.KERNELS.get(type(layer).__name__)
    return (kernel.inputs, kernel.outputs) if kernel and kernel.position == index else (2, None)


def _reach(pair: Pair) -> np.ndarray:
    """Return the largest weight of each output channel of the first kernel, as batch normalisation will scale it."""
    kernel = np.abs(np.asarray(pair.first.weights[pair.first_index], np.float64))
    _, axis = _axes(pair.first, pair.first_index)
    if axis is None:  # channels and multiplier, in this order
        largest = kernel.max((0, 1)).ravel()
    else:
        largest = kernel.max(tuple(a for a in range(kernel.ndim) if a != axis))
    if pair.norm is not None:
        largest *= np.abs(_factor(pair.norm))
    return largest


def _reach_behind(pair: Pair) -> np.ndarray:
    kernel = np.abs(np.asarray(pair.second.weights[pair.second_index], np.float64))
    axis, _ = _axes(pair.second, pair.second_index)
    return kernel.max(tuple(a for a in range(kernel.ndim) if a != axis))


def _factor(norm: Any) -> np.ndarray:
    gamma = np.asarray(norm.gamma, np.float64) if norm.scale else 1.0
    return gamma / np.sqrt(np.asarray(norm.moving_variance, np.float64) + norm.epsilon)


def _divide_outputs(pair: Pair, factors: np.ndarray) -> None:
    norm = pair.norm
    shifts = []
    if norm is not None and norm.scale:
        shifts.append(norm.gamma)
    else:
        _, axis = _axes(pair.first, pair.first_index)
        variable = pair.first.weights[pair.first_index]
        if axis is None:
            values = np.asarray(variable)
            by = factors.reshape(values.shape[2:])
            variable.assign((values / by).astype(np.float32))
        else:
            _scale(variable, axis, 1 / factors)
        inner = type(pair.first).__name__ == "SeparableConv2D" and pair.first_index == 0
        if pair.first.use_bias and not inner:
            shifts.append(pair.first.bias)
        if norm is not None:
            shifts.append(norm.moving_mean)
    if norm is not None and norm.center:
        shifts.append(norm.beta)
    for variable in shifts:
        variable.assign((np.asarray(variable) / factors).astype(np.float32))


def _scale(variable: Any, axis: int, factors: np.ndarray) -> None:
    shape = [1] * len(variable.shape)
    shape[axis] = -1
    variable.assign((np.asarray(variable) * factors.reshape(shape)).astype(np.float32))
