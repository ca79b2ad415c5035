"""Finds the tensors of a Keras graph that an int8 .tflite quantizes with a range of their own.

The converter folds batch normalisation into the convolution before it, and fuses ReLU and ReLU6 into what makes their
input, where that input is read once. What lies between never becomes codes. Poolings, reshapes and paddings leave the
range as it is, and everything that a concatenation reads has the range of its result.
"""

import dataclasses
from typing import Any

from model_press.formats.errors import UserError
from model_press.keras_io.graph import Call, Graph

CONVOLUTIONS = ("Conv2D", "Dense", "DepthwiseConv2D", "SeparableConv2D")
# Activations that an integer convolution does on the way.
FUSED = ("linear", "relu", "relu6")
# Weights that are folded away or that stand for no kernel.
_SMALL = ("BatchNormalization", "Normalization", "PReLU")
_FUSING = ("Add", "Multiply", "Subtract")
PASSING = (
    "AveragePooling2D",
    "Cropping2D",
    "Dropout",
    "GlobalMaxPooling2D",
    "MaxPooling2D",
    "SpatialDropout2D",
    "ZeroPadding2D",
)
_SAME_RANGE = (*PASSING, "Flatten", "InputLayer", "Permute", "Reshape")
# Their range is fixed by what they compute, and the converter sets it.
_FIXED = ("sigmoid", "softmax", "tanh")


@dataclasses.dataclass(frozen=True)
class QuantizationPoints:
    """rounded: numbers of tensors with a quantization range of their own. same: from a tensor to its range's owner."""

    rounded: frozenset[int]
    same: dict[int, int]


def find(graph: Graph) -> QuantizationPoints:
    """Find the quantization points of a graph.

    Raises:
      UserError: names a layer whose weights are of a kind whose rounding is not known, or that is used twice.
    """
    _check_layers(graph)
    readers, rounded, same = graph.readers(), set(), {}

    def owner(number: int) -> int:
        return same.get(number, number)

    def share(number: int, with_owner: int) -> None:
        """Give a tensor, and all that share its range, another owner."""
        old = owner(number)
        rounded.discard(old)
        for member in [old, *(other for other, its in same.items() if its == old)]:
            if member != with_owner:
                same[member] = with_owner

    for call in graph.calls:
        kind = type(call.layer).__name__
        if kind in _SAME_RANGE or (kind == "Activation" and activation(call.layer) == "linear"):
            if call.inputs:
                same.update((number, owner(call.inputs[0])) for number in call.outputs)
            continue
        if kind == "Concatenate":
            for number in call.inputs:
                share(number, call.outputs[0])
        for number in call.outputs:
            sole = readers[number]
            behind = sole[0] if len(sole) == 1 and number != graph.output else None
            # Scaling of the pixels goes into the first convolution.
            entry = kind == "Rescaling" and call.inputs[0] == graph.input
            if not entry and activation(call.layer) not in _FIXED and not _merges(call, behind):
                rounded.add(number)
    return QuantizationPoints(frozenset(rounded), same)


def activation(layer: Any) -> str:
    """Return the name of a layer's activation: "linear" for none, "relu" or "relu6" if an operator can fuse it."""
    kind = type(layer).__name__.lower()
    if kind in ("relu", "relu6", "softmax", "sigmoid", "tanh"):
        slope = getattr(layer, "negative_slope", 0) or getattr(layer, "threshold", 0)
        limit = getattr(layer, "max_value", None)
        if kind == "relu" and (slope or limit not in (None, 6)):
            return "other"
        return "relu6" if limit == 6 else kind
    return getattr(getattr(layer, "activation", None), "__name__", "linear")


def is_plain(layer: Any) -> bool:
    """Return whether a layer is neither grouped nor channels-first."""
    channels_last = (getattr(layer, "data_format", None) or "channels_last") == "channels_last"
    return channels_last and getattr(layer, "groups", 1) == 1


def is_relu(layer: Any) -> bool:
    """Return whether a layer is nothing but a ReLU or ReLU6."""
    kind = type(layer).__name__
    return kind in ("Activation", "ReLU", "Relu", "Relu6") and activation(layer).startswith("relu")


def is_linear_convolution(call: Call | None) -> bool:
    """Return whether a call is a convolution or dense layer without an activation."""
    return (
        call is not None
        and type(call.layer).__name__ in CONVOLUTIONS
        and activation(call.layer) == "linear"
    )


def _merges(call: Call, behind: Call | None) -> bool:
    """Return whether a call's result is used up by the one call behind it, in one operator."""
    if behind is None:
        return False
    kind, next_kind = type(call.layer).__name__, type(behind.layer).__name__
    if is_linear_convolution(call) and next_kind == "BatchNormalization":
        return True
    if not is_relu(behind.layer):
        return False
    return is_linear_convolution(call) or kind in _FUSING or kind == "BatchNormalization"


def _check_layers(graph: Graph) -> None:
    seen = set()
    for call in graph.calls:
        layer, kind = call.layer, type(call.layer).__name__
        if not getattr(layer, "weights", None):
            continue
        if kind not in CONVOLUTIONS + _SMALL:
            raise UserError(
                f"layer {layer.name} is a {kind}, whose int8 rounding cannot be simulated in training; replace "
                "it, or use recipe int8 without this compression"
            )
        if id(layer) in seen:
            raise UserError(
                f"layer {layer.name} is used twice, and each use would need ranges of its own; build a layer for "
                "each, or use recipe int8 without this compression"
            )
        seen.add(id(layer))
        if not is_plain(layer):
            raise UserError(
                f"layer {layer.name} is grouped or channels-first, whose int8 rounding cannot be simulated in "
                "training; use recipe int8 without this compression"
            )
