"""What each layer does to channels: which pass, which are made, which must stay or leave together.

Every channel of every tensor carries the number of a *wire*. A layer that makes channels makes wires; a layer that
works on each channel alone passes them on; an addition ties the wires that it adds. Wires that are tied
are one *class*: they stay or leave together. Each axis of each weight is labelled with its wires, so that which
parts of which weights a class owns follows without another word about layers.
"""

import dataclasses
import math
from typing import Any, Literal

import numpy as np

from model_press.keras_io import graph as graphs

Role = Literal["makes", "takes", "each"]


@dataclasses.dataclass(frozen=True, eq=False)
class Axis:
    """One axis of a weight whose positions are channels.

    axis: its number. wires: int array, one number per position.
    role: the weight "makes" these channels (a kernel's filters), "takes" them (a kernel's inputs), or
      works on "each" (a bias, batch normalisation, a depthwise kernel).
    """

    axis: int
    wires: np.ndarray
    role: Role


@dataclasses.dataclass(frozen=True, eq=False)
class Weight:
    """A weight with its channel axes.

    index: position in layer.weights. uses: how often each element is multiplied for one image, over all
      calls of the layer (0 for what is no multiplication).
    """

    layer: Any
    index: int
    shape: tuple[int, ...]
    axes: tuple[Axis, ...]
    uses: int


@dataclasses.dataclass(frozen=True, eq=False)
class Size:
    """A number in a layer's configuration that counts channels: `filters`, `units`, a target shape."""

    layer: Any
    field: str
    wires: np.ndarray
    build: Any = staticmethod(lambda count: count)


@dataclasses.dataclass(frozen=True)
class Kept:
    """Why wires cannot leave: `layer` is to blame."""

    wires: np.ndarray
    layer: str
    reason: str


@dataclasses.dataclass(eq=False)
class Wiring:
    """The whole network's wires.

    makers: of each wire, the name of the layer that made it. tensors: wires of each tensor's channels.
    ties: pairs of wire arrays of equal length that stay or leave together.
    unknown: (layer, reason) of each layer that channels could not be followed through.
    """

    makers: list[str] = dataclasses.field(default_factory=list)
    tensors: dict[int, np.ndarray] = dataclasses.field(default_factory=dict)
    ties: list[tuple[np.ndarray, np.ndarray]] = dataclasses.field(default_factory=list)
    weights: list[Weight] = dataclasses.field(default_factory=list)
    sizes: list[Size] = dataclasses.field(default_factory=list)
    kept: list[Kept] = dataclasses.field(default_factory=list)
    unknown: list[tuple[str, str]] = dataclasses.field(default_factory=list)

    def make(self, count: int, layer: str) -> np.ndarray:
        """Adds `count` wires."""
        first = len(self.makers)
        self.makers += [layer] * count
        return np.arange(first, first + count)

    def tie(self, a: np.ndarray, b: np.ndarray) -> None:
        if a is not b:
            self.ties.append((a, b))

    def keep(self, wires: np.ndarray, layer: str, reason: str) -> None:
        if len(wires):
            self.kept.append(Kept(wires, layer, reason))


def read(graph: graphs.Graph) -> Wiring:
    """Follows the channels through a network; what it does not understand it keeps whole."""
    return _Reader(graph).read()


_ALIKE = {  # each channel for itself; no weights
    *("AveragePooling2D", "Cropping2D", "Dropout", "ELU", "GaussianDropout", "GaussianNoise"),
    *("GlobalAveragePooling2D", "GlobalMaxPooling2D", "Identity", "LeakyReLU", "MaxPooling2D"),
    *("ReLU", "Resizing", "SpatialDropout2D", "ThresholdedReLU", "UpSampling2D", "ZeroPadding2D"),
    *("AlphaDropout", "ActivityRegularization"),
}
_TOGETHER = {"Add", "Average", "Maximum", "Minimum", "Multiply", "Subtract"}
# Functions without a layer class: TFOpLambda's symbols in Keras 2, operation classes in Keras 3.
_FUNCTIONS_ALIKE = {
    *("nn.relu", "nn.relu6", "nn.silu", "nn.swish", "nn.sigmoid", "math.sigmoid", "math.tanh"),
    *("nn.elu", "nn.leaky_relu", "nn.gelu", "clip_by_value", "identity", "cast"),
    *("Relu", "Relu6", "Silu", "Sigmoid", "Tanh", "Elu", "LeakyRelu", "Gelu", "HardSwish"),
    *("HardSigmoid", "HardSilu", "Clip", "Cast"),
}
_FUNCTIONS_TOGETHER = {
    *("math.add", "math.multiply", "math.subtract", "math.maximum", "math.minimum"),
    *("__operators__.add", "math.divide", "math.truediv"),
    *("Add", "Multiply", "Subtract", "Maximum", "Minimum", "Divide", "TrueDivide"),
}


class _Reader:
    def __init__(self, graph: graphs.Graph):
        self._graph = graph
        self._wiring = Wiring()
        self._names = graphs.unique_names(graph)
        # What a layer took and gave at its first call: at a later call they are tied to it.
        self._first: dict[int, tuple[np.ndarray, np.ndarray]] = {}
        self._places: dict[int, int] = {}

    def read(self) -> Wiring:
        wiring, graph = self._wiring, self._graph
        for call in graph.calls:
            if not call.inputs:
                channels = graph.shapes[call.outputs[0]][-1]
                wires = wiring.make(channels, self._name(call))
                wiring.keep(wires, self._name(call), "the model's input")
                wiring.tensors[call.outputs[0]] = wires
            else:
                self._call(call)
        output = wiring.tensors[graph.output]
        last = next(c for c in graph.calls if graph.output in c.outputs)
        wiring.keep(output, self._name(last), "the model's output")
        self._count_uses()
        return wiring

    def _name(self, call: graphs.Call) -> str:
        return self._names[id(call.layer)]

    def _shape(self, tensor: int) -> tuple[int | None, ...]:
        return self._graph.shapes[tensor]

    def _call(self, call: graphs.Call) -> None:
        wires = None
        kind = type(call.layer).__name__
        handler = _HANDLERS.get(kind)
        known_module = type(call.layer).__module__.split(".")[0] in ("keras", "tf_keras")
        if not known_module:
            reason = f"{kind} is not a layer of Keras"
        elif getattr(call.layer, "data_format", "channels_last") not in (None, "channels_last"):
            reason = "its channels come first (data_format channels_first)"
        elif handler is None:
            reason = f"channels are not followed through {kind}"
        else:
            wires = handler(self, call)
            reason = f"this use of {kind} mixes or moves channels"
        if isinstance(wires, np.ndarray) and len(call.outputs) == 1:
            self._wiring.tensors[call.outputs[0]] = wires
            return
        self._unknown(call, reason)

    def _unknown(self, call: graphs.Call, reason: str) -> None:
        wiring, name = self._wiring, self._name(call)
        wiring.unknown.append((name, reason))
        for tensor in call.inputs:
            wiring.keep(wiring.tensors[tensor], name, reason)
        for tensor in call.outputs:
            shape = self._shape(tensor)
            channels = shape[-1] if shape and shape[-1] else 0
            wires = wiring.make(channels, name)
            wiring.keep(wires, name, reason)
            wiring.tensors[tensor] = wires
        # Its weights belong to no channel; they are copied and counted whole.
        if id(call.layer) not in self._places:
            for index, weight in enumerate(getattr(call.layer, "weights", None) or []):
                wiring.weights.append(Weight(call.layer, index, tuple(weight.shape), (), 0))
        self._places.setdefault(id(call.layer), 0)

    # Layers with weights ------------------------------------------------------------------------------

    def _layer(self, call: graphs.Call, given: np.ndarray, made: np.ndarray | None) -> np.ndarray:
        """Ties a layer's second and later calls to its first; returns the wires it gives."""
        key = id(call.layer)
        if key not in self._first:
            self._first[key] = (given, given if made is None else made)
            return self._first[key][1]
        first_given, first_made = self._first[key]
        self._wiring.tie(first_given, given)
        return first_made

    def _weight(self, call: graphs.Call, index: int, *axes: Axis) -> None:
        shape = tuple(call.layer.weights[index].shape)
        self._wiring.weights.append(Weight(call.layer, index, shape, axes, 0))

    def _is_new(self, call: graphs.Call) -> bool:
        return id(call.layer) not in self._first

    def _input(self, call: graphs.Call) -> np.ndarray:
        return self._wiring.tensors[call.inputs[0]]

    def conv(self, call: graphs.Call) -> np.ndarray | None:
        """Kernel [h, w, in, out] and bias [out]; groups of channels are kept whole."""
        layer, given = call.layer, self._input(call)
        if getattr(layer, "groups", 1) != 1:
            return None
        made = None
        if self._is_new(call):
            made = self._wiring.make(layer.filters, self._name(call))
            self._weight(call, 0, Axis(2, given, "takes"), Axis(3, made, "makes"))
            self._bias(call, 1, made)
            self._wiring.sizes.append(Size(layer, "filters", made))
        return self._finish(call, given, made)

    def transposed_conv(self, call: graphs.Call) -> np.ndarray:
        """Kernel [h, w, out, in] and bias [out]."""
        layer, given = call.layer, self._input(call)
        made = None
        if self._is_new(call):
            made = self._wiring.make(layer.filters, self._name(call))
            self._weight(call, 0, Axis(3, given, "takes"), Axis(2, made, "makes"))
            self._bias(call, 1, made)
            self._wiring.sizes.append(Size(layer, "filters", made))
        return self._finish(call, given, made)

    def depthwise(self, call: graphs.Call) -> np.ndarray:
        """Kernel [h, w, in, m] and bias [in * m]; channel c becomes channels c * m to c * m + m - 1."""
        layer, given = call.layer, self._input(call)
        made = np.repeat(given, layer.depth_multiplier)
        if self._is_new(call):
            self._weight(call, 0, Axis(2, given, "each"))
            self._bias(call, 1, made)
        return self._finish(call, given, made)

    def separable(self, call: graphs.Call) -> np.ndarray:
        """Depthwise kernel [h, w, in, m], pointwise kernel [1, 1, in * m, out] and bias [out]."""
        layer, given = call.layer, self._input(call)
        made = None
        if self._is_new(call):
            made = self._wiring.make(layer.filters, self._name(call))
            inner = np.repeat(given, layer.depth_multiplier)
            self._weight(call, 0, Axis(2, given, "each"))
            self._weight(call, 1, Axis(2, inner, "takes"), Axis(3, made, "makes"))
            self._bias(call, 2, made)
            self._wiring.sizes.append(Size(layer, "filters", made))
        return self._finish(call, given, made)

    def dense(self, call: graphs.Call) -> np.ndarray:
        """Kernel [in, out] and bias [out]."""
        layer, given = call.layer, self._input(call)
        made = None
        if self._is_new(call):
            made = self._wiring.make(layer.units, self._name(call))
            self._weight(call, 0, Axis(0, given, "takes"), Axis(1, made, "makes"))
            self._bias(call, 1, made)
            self._wiring.sizes.append(Size(layer, "units", made))
        return self._finish(call, given, made)

    def batch_norm(self, call: graphs.Call) -> np.ndarray | None:
        """gamma, beta, moving mean and variance: [channels] each, those that the layer has."""
        axis = call.layer.axis
        axis = axis[0] if isinstance(axis, (list, tuple)) and len(axis) == 1 else axis
        if axis not in (-1, len(self._shape(call.inputs[0]))):
            return None
        given = self._input(call)
        if self._is_new(call):
            for index in range(len(call.layer.weights)):
                self._weight(call, index, Axis(0, given, "each"))
        return self._finish(call, given, None)

    def prelu(self, call: graphs.Call) -> np.ndarray:
        """alpha [h or 1, w or 1, channels]."""
        given = self._input(call)
        if self._is_new(call):
            axis = len(call.layer.weights[0].shape) - 1
            if call.layer.weights[0].shape[-1] == len(given):
                self._weight(call, 0, Axis(axis, given, "each"))
            else:
                return None
        return self._finish(call, given, None)

    def _bias(self, call: graphs.Call, index: int, wires: np.ndarray) -> None:
        if call.layer.use_bias:
            self._weight(call, index, Axis(0, wires, "each"))

    def _finish(self, call: graphs.Call, given: np.ndarray, made: np.ndarray | None) -> np.ndarray:
        wires = self._layer(call, given, made)
        self._keep_softmax(call, wires)
        return wires

    def _keep_softmax(self, call: graphs.Call, wires: np.ndarray) -> None:
        activation = getattr(getattr(call.layer, "activation", None), "__name__", "")
        if "softmax" in activation:
            self._wiring.keep(wires, self._name(call), "softmax weighs the channels together")

    # Layers without -----------------------------------------------------------------------------------

    def alike(self, call: graphs.Call) -> np.ndarray:
        wires = self._input(call)
        self._keep_softmax(call, wires)
        return wires

    def softmax(self, call: graphs.Call) -> np.ndarray:
        wires = self._input(call)
        self._wiring.keep(wires, self._name(call), "softmax weighs the channels together")
        return wires

    def rescaling(self, call: graphs.Call) -> np.ndarray | None:
        scalars = np.ndim(call.layer.scale) == 0 and np.ndim(call.layer.offset) == 0
        return self._input(call) if scalars else None

    def together(self, call: graphs.Call) -> np.ndarray | None:
        """Position by position over tensors that may be broadcast against each other."""
        tensors = [self._wiring.tensors[t] for t in call.inputs]
        width = max(len(wires) for wires in tensors)
        whole = [wires for wires in tensors if len(wires) == width]
        for wires in tensors:
            if len(wires) == width:
                self._wiring.tie(whole[0], wires)
            elif len(wires) == 1:
                self._wiring.keep(wires, self._name(call), "one channel serves all")
            else:
                return None
        return whole[0]

    def concatenate(self, call: graphs.Call) -> np.ndarray | None:
        rank = len(self._shape(call.outputs[0]))
        if call.layer.axis in (-1, rank):
            return np.concatenate([self._wiring.tensors[t] for t in call.inputs])
        return self.together(call)

    def flatten(self, call: graphs.Call) -> np.ndarray:
        places = math.prod(self._shape(call.inputs[0])[:-1])
        return np.tile(self._input(call), places)

    def reshape(self, call: graphs.Call) -> np.ndarray | None:
        """A reshape that leaves the channels last, such as [C] to [1, 1, C]."""
        before, after = self._shape(call.inputs[0]), self._shape(call.outputs[0])
        given = self._input(call)
        if not after or after[-1] != before[-1] or len(given) != after[-1]:
            return None

        def target(count: int) -> list[int]:
            return [*after[:-1], count]

        self._wiring.sizes.append(Size(call.layer, "target_shape", given, target))
        return given

    def function(self, call: graphs.Call) -> np.ndarray | None:
        """A bare TensorFlow function (Keras 2) with nothing but numbers beside its tensors."""
        symbol = str(getattr(call.layer, "symbol", "")).removeprefix("tf.")
        if symbol in _FUNCTIONS_ALIKE and len(call.inputs) == 1:
            return self._input(call)
        if symbol in _FUNCTIONS_TOGETHER and _only_numbers(call):
            return self.together(call)
        return None

    def operation(self, call: graphs.Call) -> np.ndarray | None:
        """The same as an operation of Keras 3."""
        kind = type(call.layer).__name__
        if kind in _FUNCTIONS_ALIKE and len(call.inputs) == 1:
            return self._input(call)
        if kind in _FUNCTIONS_TOGETHER and _only_numbers(call):
            return self.together(call)
        return None

    def _count_uses(self) -> None:
        """How often each kernel element is multiplied: at each place of the call's output."""
        places: dict[int, int] = {}
        for call in self._graph.calls:
            kind = type(call.layer).__name__
            side = call.inputs if kind == "Conv2DTranspose" else call.outputs
            shape = self._shape(side[0]) if side else ()
            count = math.prod(size or 1 for size in shape[:-1])
            places[id(call.layer)] = places.get(id(call.layer), 0) + count
        multiplied = {"Conv2D": 1, "Conv2DTranspose": 1, "DepthwiseConv2D": 1, "Dense": 1}
        multiplied["SeparableConv2D"] = 2
        self._wiring.weights = [
            dataclasses.replace(weight, uses=places[id(weight.layer)])
            if weight.index < multiplied.get(type(weight.layer).__name__, 0)
            else weight
            for weight in self._wiring.weights
        ]


def _only_numbers(call: graphs.Call) -> bool:
    from model_press.keras_io.tf_quiet import tensorflow

    rest = tensorflow().nest.flatten((call.args, call.kwargs))
    return all(
        isinstance(item, graphs.Ref) or item is None or (np.ndim(item) == 0) for item in rest
    )


_HANDLERS = {
    **dict.fromkeys(_ALIKE, _Reader.alike),
    **dict.fromkeys(_TOGETHER, _Reader.together),
    **dict.fromkeys(
        (_FUNCTIONS_ALIKE | _FUNCTIONS_TOGETHER) - _ALIKE - _TOGETHER, _Reader.operation
    ),
    "Activation": _Reader.alike,
    "BatchNormalization": _Reader.batch_norm,
    "Concatenate": _Reader.concatenate,
    "Conv2D": _Reader.conv,
    "Conv2DTranspose": _Reader.transposed_conv,
    "Dense": _Reader.dense,
    "DepthwiseConv2D": _Reader.depthwise,
    "Flatten": _Reader.flatten,
    "PReLU": _Reader.prelu,
    "Rescaling": _Reader.rescaling,
    "Reshape": _Reader.reshape,
    "SeparableConv2D": _Reader.separable,
    "SlicingOpLambda": _Reader.function,
    "Softmax": _Reader.softmax,
    "TFOpLambda": _Reader.function,
}
