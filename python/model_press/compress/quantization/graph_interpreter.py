"""Runs a Keras model layer by layer with replaceable kernels and activations."""

import collections
import inspect
from typing import Any

from model_press.compress import kernels
from model_press.compress.quantization import quantization_points
from model_press.keras_io import graph as keras_graph
from model_press.process.tf_quiet import tensorflow

# A range or a kernel of nothing but zeros would have the scale 0.
SMALLEST = 1e-6
_STEPS = 127  # of an int8 weight, on either side of 0


class GraphInterpreter:
    """One forward pass; a subclass overrides kernels, results or activations.

    Args:
      graph: of a model that quantization_points.find accepts.
      training: for dropout; batch normalisation always uses its statistics.
    """

    def __init__(self, graph: keras_graph.Graph, training: bool):
        self._graph, self._training, self._tf = graph, training, tensorflow()

    def kernel(self, kernel: Any, axes: tuple[int, ...]) -> Any:
        """Return the kernel to use; its output channels are the axes that are not in `axes`."""
        return kernel

    def convolved(self, layer: Any, result: Any) -> Any:
        """Return the layer result to use, before its bias and activation; channels are on the last axis."""
        return result

    def activation(self, key: tuple[str, str], values: Any) -> Any:
        """Return the tensor to use; key: layer and part, as in model_info.ActivationRange."""
        return values

    def run(self, images: Any) -> Any:
        """Return the model's outputs for a float32 batch [N, H, W, 3]."""
        values = {self._graph.input: images}
        reads = collections.Counter(number for call in self._graph.calls for number in call.inputs)
        for call in self._graph.calls:
            if not call.inputs:
                continue
            args, kwargs = call.arguments(values)
            results = self._tf.nest.flatten(self._call(call.layer, args, kwargs))
            for number, result in zip(call.outputs, results, strict=True):
                values[number] = self.activation((call.layer.name, "output"), result)
            # What nobody reads any more need not take memory.
            reads.subtract(call.inputs)
            for number in set(call.inputs):
                if not reads[number] and number != self._graph.output:
                    del values[number]
        return values[self._graph.output]

    def _call(self, layer: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        kind = type(layer).__name__
        if kind in quantization_points.CONVOLUTIONS:
            return self._convolve(layer, kind, args[0])
        if kind == "BatchNormalization":
            return layer(*args, **{**kwargs, "training": False})
        if "training" in inspect.signature(layer.call).parameters:
            kwargs = {**kwargs, "training": self._training}
        return layer(*args, **kwargs)

    def _convolve(self, layer: Any, kind: str, inputs: Any) -> Any:
        tf, kernel = self._tf, kernels.variable(layer.weights[0])
        if kind == "Dense":
            result = tf.tensordot(inputs, self.kernel(kernel, (0, 1)), 1)
        elif kind == "Conv2D":
            result = layer.convolution_op(inputs, self.kernel(kernel, (0, 1, 2)))
        else:
            result = tf.nn.depthwise_conv2d(
                inputs,
                self.kernel(kernel, (0, 1)),
                (1, *layer.strides, 1),
                layer.padding.upper(),
                dilations=layer.dilation_rate,
            )
        if kind == "SeparableConv2D":
            result = self.activation((layer.name, "depthwise"), result)
            pointwise = kernels.variable(layer.weights[1])
            result = tf.nn.conv2d(result, self.kernel(pointwise, (0, 1, 2)), 1, "VALID")
        result = self.convolved(layer, result)
        if layer.use_bias:
            result = result + kernels.variable(layer.bias)
        name = quantization_points.activation(layer)
        if name not in quantization_points.FUSED:
            result = self.activation((layer.name, "linear"), result)
        return result if name == "linear" else layer.activation(result)


def rounded_kernel(kernel: Any, axes: tuple[int, ...]) -> Any:
    """Round a kernel to 127 steps on either side of 0, as the converter stores it; `axes` share a scale.

    The gradient passes as if it were not rounded.
    """
    tf = tensorflow()
    largest = tf.reduce_max(tf.abs(kernel), axes, keepdims=True)
    step = tf.stop_gradient(tf.maximum(largest, SMALLEST) / _STEPS)
    return kernel + tf.stop_gradient(tf.round(kernel / step) * step - kernel)
