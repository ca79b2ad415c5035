"""Builds the channel graph of a network, layer by layer."""

import dataclasses
import math

import numpy as np

from model_press.compress import kernels
from model_press.compress.channels.channel_graph import Axis, ChannelGraph, Size, Weight
from model_press.keras_io import graph as keras_graph
from model_press.process.tf_quiet import tensorflow


def read(graph: keras_graph.Graph) -> ChannelGraph:
    """Follow the channels through a network.

    All channels around a layer that is not understood are kept.
    """
    return _Reader(graph).read()


_PASSTHROUGH = {  # each channel for itself; no weights
    *("AveragePooling2D", "Cropping2D", "Dropout", "ELU", "GaussianDropout", "GaussianNoise"),
    *("GlobalAveragePooling2D", "GlobalMaxPooling2D", "Identity", "LeakyReLU", "MaxPooling2D"),
    *("ReLU", "Resizing", "SpatialDropout2D", "ThresholdedReLU", "UpSampling2D", "ZeroPadding2D"),
    *("AlphaDropout", "ActivityRegularization"),
}
_ELEMENTWISE = {"Add", "Average", "Maximum", "Minimum", "Multiply", "Subtract"}
# Functions without a layer class: TFOpLambda's symbols in Keras 2, operation classes in Keras 3.
_PASSTHROUGH_FUNCTIONS = {
    *("nn.relu", "nn.relu6", "nn.silu", "nn.swish", "nn.sigmoid", "math.sigmoid", "math.tanh"),
    *("nn.elu", "nn.leaky_relu", "nn.gelu", "clip_by_value", "identity", "cast"),
    *("Relu", "Relu6", "Silu", "Sigmoid", "Tanh", "Elu", "LeakyRelu", "Gelu", "HardSwish"),
    *("HardSigmoid", "HardSilu", "Clip", "Cast"),
}
_ELEMENTWISE_FUNCTIONS = {
    *("math.add", "math.multiply", "math.subtract", "math.maximum", "math.minimum"),
    *("__operators__.add", "math.divide", "math.truediv"),
    *("Add", "Multiply", "Subtract", "Maximum", "Minimum", "Divide", "TrueDivide"),
}


class _Reader:
    def __init__(self, graph: keras_graph.Graph):
        self._graph = graph
        self._channels = ChannelGraph()
        self._names = keras_graph.unique_names(graph)
        # A layer's input and output channels at its first call; those of later calls are coupled to them.
        self._first: dict[int, tuple[np.ndarray, np.ndarray]] = {}
        self._places: dict[int, int] = {}

    def read(self) -> ChannelGraph:
        channel_graph, graph = self._channels, self._graph
        for call in graph.calls:
            if not call.inputs:
                count = graph.shapes[call.outputs[0]][-1]
                channels = channel_graph.produce(count, self._name(call))
                channel_graph.keep(channels, self._name(call), "the model's input")
                channel_graph.tensors[call.outputs[0]] = channels
            else:
                self._call(call)
        output = channel_graph.tensors[graph.output]
        last = next(c for c in graph.calls if graph.output in c.outputs)
        channel_graph.keep(output, self._name(last), "the model's output")
        self._count_uses()
        return channel_graph

    def _name(self, call: keras_graph.Call) -> str:
        return self._names[id(call.layer)]

    def _shape(self, tensor: int) -> tuple[int | None, ...]:
        return self._graph.shapes[tensor]

    def _call(self, call: keras_graph.Call) -> None:
        channels = None
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
            channels = handler(self, call)
            reason = f"this use of {kind} mixes or moves channels"
        if isinstance(channels, np.ndarray) and len(call.outputs) == 1:
            self._channels.tensors[call.outputs[0]] = channels
            return
        self._unknown(call, reason)

    def _unknown(self, call: keras_graph.Call, reason: str) -> None:
        channel_graph, name = self._channels, self._name(call)
        channel_graph.unknown.append((name, reason))
        for tensor in call.inputs:
            channel_graph.keep(channel_graph.tensors[tensor], name, reason)
        for tensor in call.outputs:
            shape = self._shape(tensor)
            count = shape[-1] if shape and shape[-1] else 0
            channels = channel_graph.produce(count, name)
            channel_graph.keep(channels, name, reason)
            channel_graph.tensors[tensor] = channels
        # Its weights belong to no channel; they are copied and counted whole.
        if id(call.layer) not in self._places:
            for index, weight in enumerate(getattr(call.layer, "weights", None) or []):
                channel_graph.weights.append(Weight(call.layer, index, tuple(weight.shape), (), 0))
        self._places.setdefault(id(call.layer), 0)

    # Layers with weights ------------------------------------------------------------------------------

    def _weight(self, call: keras_graph.Call, index: int, *axes: Axis) -> None:
        shape = tuple(call.layer.weights[index].shape)
        self._channels.weights.append(Weight(call.layer, index, shape, axes, 0))

    def _is_new(self, call: keras_graph.Call) -> bool:
        return id(call.layer) not in self._first

    def _input(self, call: keras_graph.Call) -> np.ndarray:
        return self._channels.tensors[call.inputs[0]]

    def kernel(self, call: keras_graph.Call) -> np.ndarray | None:
        """Follow a kernel and its bias [out]; grouped convolutions are not followed.

        A separable convolution has a depthwise kernel [h, w, in, m] before it, whose in * m channels it consumes.
        """
        layer, inputs = call.layer, self._input(call)
        if getattr(layer, "groups", 1) != 1:
            return None
        outputs = None
        if self._is_new(call):
            index, input_axis, output_axis = kernels.KERNELS[type(layer).__name__]
            field = "units" if hasattr(layer, "units") else "filters"
            outputs = self._channels.produce(getattr(layer, field), self._name(call))
            consumed = inputs
            if index == 1:
                self._weight(call, 0, Axis(2, inputs, "pointwise"))
                consumed = np.repeat(inputs, layer.depth_multiplier)
            consumes = Axis(input_axis, consumed, "consumes")
            self._weight(call, index, consumes, Axis(output_axis, outputs, "produces"))
            self._bias(call, index + 1, outputs)
            self._channels.sizes.append(Size(layer, field, outputs))
        return self._finish(call, inputs, outputs)

    def depthwise(self, call: keras_graph.Call) -> np.ndarray:
        """Follow a kernel [h, w, in, m] and bias [in * m]; channel c becomes channels c * m to c * m + m - 1."""
        layer, inputs = call.layer, self._input(call)
        outputs = np.repeat(inputs, layer.depth_multiplier)
        if self._is_new(call):
            self._weight(call, 0, Axis(2, inputs, "pointwise"))
            self._bias(call, 1, outputs)
        return self._finish(call, inputs, outputs)

    def batch_norm(self, call: keras_graph.Call) -> np.ndarray | None:
        """Follow gamma, beta, moving mean and variance, [channels] each."""
        axis = call.layer.axis
        axis = axis[0] if isinstance(axis, (list, tuple)) and len(axis) == 1 else axis
        if axis not in (-1, len(self._shape(call.inputs[0]))):
            return None
        inputs = self._input(call)
        if self._is_new(call):
            for index in range(len(call.layer.weights)):
                self._weight(call, index, Axis(0, inputs, "pointwise"))
        return self._finish(call, inputs, None)

    def prelu(self, call: keras_graph.Call) -> np.ndarray | None:
        """Follow alpha [h or 1, w or 1, channels]."""
        inputs = self._input(call)
        if self._is_new(call):
            shape = call.layer.weights[0].shape
            if shape[-1] != len(inputs):
                return None
            self._weight(call, 0, Axis(len(shape) - 1, inputs, "pointwise"))
        return self._finish(call, inputs, None)

    def _bias(self, call: keras_graph.Call, index: int, channels: np.ndarray) -> None:
        if call.layer.use_bias:
            self._weight(call, index, Axis(0, channels, "pointwise"))

    def _finish(
        self, call: keras_graph.Call, inputs: np.ndarray, outputs: np.ndarray | None
    ) -> np.ndarray:
        """Couple a layer's later calls to its first and return its output channels."""
        new = (inputs, inputs if outputs is None else outputs)
        first_inputs, channels = self._first.setdefault(id(call.layer), new)
        self._channels.couple(first_inputs, inputs)
        self._keep_softmax(call, channels)
        return channels

    def _keep_softmax(self, call: keras_graph.Call, channels: np.ndarray) -> None:
        activation = getattr(getattr(call.layer, "activation", None), "__name__", "")
        if "softmax" in activation:
            self._channels.keep(channels, self._name(call), "softmax weighs the channels together")

    # Layers without -----------------------------------------------------------------------------------

    def passthrough(self, call: keras_graph.Call) -> np.ndarray:
        channels = self._input(call)
        self._keep_softmax(call, channels)
        return channels

    def softmax(self, call: keras_graph.Call) -> np.ndarray:
        channels = self._input(call)
        self._channels.keep(channels, self._name(call), "softmax weighs the channels together")
        return channels

    def rescaling(self, call: keras_graph.Call) -> np.ndarray | None:
        scalars = np.ndim(call.layer.scale) == 0 and np.ndim(call.layer.offset) == 0
        return self._input(call) if scalars else None

    def elementwise(self, call: keras_graph.Call) -> np.ndarray | None:
        """Follow an elementwise operation over tensors that may be broadcast against each other."""
        tensors = [self._channels.tensors[t] for t in call.inputs]
        width = max(len(channels) for channels in tensors)
        whole = [channels for channels in tensors if len(channels) == width]
        for channels in tensors:
            if len(channels) == width:
                self._channels.couple(whole[0], channels)
            elif len(channels) == 1:
                self._channels.keep(channels, self._name(call), "one channel serves all")
            else:
                return None
        return whole[0]

    def concatenate(self, call: keras_graph.Call) -> np.ndarray | None:
        rank = len(self._shape(call.outputs[0]))
        if call.layer.axis in (-1, rank):
            return np.concatenate([self._channels.tensors[t] for t in call.inputs])
        return self.elementwise(call)

    def flatten(self, call: keras_graph.Call) -> np.ndarray:
        places = math.prod(self._shape(call.inputs[0])[:-1])
        return np.tile(self._input(call), places)

    def reshape(self, call: keras_graph.Call) -> np.ndarray | None:
        """Follow a reshape that leaves the channels last, such as [C] to [1, 1, C]."""
        before, after = self._shape(call.inputs[0]), self._shape(call.outputs[0])
        inputs = self._input(call)
        if not after or after[-1] != before[-1] or len(inputs) != after[-1]:
            return None

        def target(count: int) -> list[int]:
            return [*after[:-1], count]

        self._channels.sizes.append(Size(call.layer, "target_shape", inputs, target))
        return inputs

    def function(self, call: keras_graph.Call) -> np.ndarray | None:
        """Follow a bare TensorFlow function (Keras 2) or an operation (Keras 3) of tensors and numbers."""
        symbol = getattr(call.layer, "symbol", type(call.layer).__name__)
        name = str(symbol).removeprefix("tf.")
        if name in _PASSTHROUGH_FUNCTIONS and len(call.inputs) == 1:
            return self._input(call)
        if name in _ELEMENTWISE_FUNCTIONS and _only_numbers(call):
            return self.elementwise(call)
        return None

    def _count_uses(self) -> None:
        """Count how often each kernel element is multiplied: at each position of the call's output."""
        places: dict[int, int] = {}
        for call in self._graph.calls:
            kind = type(call.layer).__name__
            side = call.inputs if kind == "Conv2DTranspose" else call.outputs
            shape = self._shape(side[0]) if side else ()
            count = math.prod(size or 1 for size in shape[:-1])
            places[id(call.layer)] = places.get(id(call.layer), 0) + count
        multiplied = {"Conv2D": 1, "Conv2DTranspose": 1, "DepthwiseConv2D": 1, "Dense": 1}
        multiplied["SeparableConv2D"] = 2
        self._channels.weights = [
            dataclasses.replace(weight, uses=places[id(weight.layer)])
            if weight.index < multiplied.get(type(weight.layer).__name__, 0)
            else weight
            for weight in self._channels.weights
        ]


def _only_numbers(call: keras_graph.Call) -> bool:
    rest = tensorflow().nest.flatten((call.args, call.kwargs))
    return all(
        isinstance(item, keras_graph.Ref) or item is None or (np.ndim(item) == 0) for item in rest
    )


_HANDLERS = {
    **dict.fromkeys(_PASSTHROUGH_FUNCTIONS | _ELEMENTWISE_FUNCTIONS, _Reader.function),
    **dict.fromkeys(("SlicingOpLambda", "TFOpLambda"), _Reader.function),
    **dict.fromkeys(_PASSTHROUGH | {"Activation"}, _Reader.passthrough),
    **dict.fromkeys(_ELEMENTWISE, _Reader.elementwise),
    **dict.fromkeys(kernels.KERNELS, _Reader.kernel),
    "BatchNormalization": _Reader.batch_norm,
    "Concatenate": _Reader.concatenate,
    "DepthwiseConv2D": _Reader.depthwise,
    "Flatten": _Reader.flatten,
    "PReLU": _Reader.prelu,
    "Rescaling": _Reader.rescaling,
    "Reshape": _Reader.reshape,
    "Softmax": _Reader.softmax,
}
