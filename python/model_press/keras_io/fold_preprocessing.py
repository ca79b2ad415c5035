"""Folds pixel normalisation into a model, so that it takes raw RGB pixels 0..255.

The model wants x = (p - mean) / std; its first convolution computes sum(W x) (+ b). With
W' = W / std (per input channel) and c = sum(W mean / std) (per output channel) that is
sum(W' p) - c, exactly, wherever the window sees pixels only. So W' replaces W, and -c goes into
the bias or, where a bias-free convolution feeds a batch normalisation, c is added to its moving
mean. BGR order is a permutation of W's input channels.

Padding breaks this: a SAME convolution pads x with 0, which is the pixel `mean`, not 0. Such a
model (and any other first layer, and SavedModels, whose weights are frozen in functions) gets the
normalisation as a 1x1 convolution in front instead.

In an int8 graph that leaves a rounding tie: [-1, 1] over 255 steps puts every pixel at
x / scale = p - 127.5, where kernels differ (measured: 889 of 1728 codes between LiteRT's reference
and optimised convolution). So there the convolution adds a quarter of a step: every kernel then
rounds to the same code, p - 128, and no code is further from its real value than a tie allows.
"""

from collections.abc import Callable
from typing import Any, Literal

import numpy as np

from model_press.formats.normalization import Normalization
from model_press.keras_io import graph as keras_graph
from model_press.keras_io.load import LoadedModel
from model_press.process.tf_quiet import tensorflow

Method = Literal["identity", "weights", "convolution"]


def fuse(
    loaded: LoadedModel, pre: Normalization, for_int8: bool = False
) -> tuple[Callable[[Any], Any], Method]:
    """Return a function from float32 raw RGB pixels [N, H, W, 3] to outputs, and how it was made.

    for_int8: the graph will be quantised to int8, so rounding ties are to be avoided.

    Changes the loaded model's weights where the method is "weights": use the function only.
    """
    convolution = None
    if loaded.keras != "saved_model":
        graph = _Graph(loaded.model)
        pre, convolution = _absorb_rescaling(graph, pre)
    if pre.is_identity:
        return loaded.call, "identity"
    if convolution is not None and _fold_into_weights(graph, convolution, pre):
        return loaded.call, "weights"
    shift = _tie_break(pre) if for_int8 else 0.0
    return _convolution_in_front(loaded.call, pre, shift), "convolution"


def normalizing_convolution(
    pre: Normalization, shift: float = 0.0
) -> tuple[np.ndarray, np.ndarray]:
    """Return the kernel [1, 1, 3, 3] and bias [3] (float32) from RGB pixels to the model's input plus `shift`."""
    order = (0, 1, 2) if pre.color_order == "RGB" else (2, 1, 0)
    kernel = np.zeros((1, 1, 3, 3), np.float64)
    for channel, source in enumerate(order):
        kernel[0, 0, source, channel] = 1 / pre.std[channel]
    bias = shift - np.asarray(pre.mean, np.float64) / np.asarray(pre.std, np.float64)
    return kernel.astype(np.float32), bias.astype(np.float32)


def _tie_break(pre: Normalization) -> float:
    """Return a quarter of an int8 step of the model's input if some channel's pixels lie near ties, else 0."""
    mean, std = np.asarray(pre.mean), np.asarray(pre.std)
    low, high = min(0.0, *(-mean / std)), max(0.0, *((255 - mean) / std))
    step = (high - low) / 255
    steps_a_pixel, offset = 1 / (std * step), -mean / (std * step)
    # Where a pixel is not a whole number of steps, at most a few of the 256 meet a tie.
    in_step = np.abs(steps_a_pixel - np.rint(steps_a_pixel)) * 255 < 0.5
    near_tie = np.abs(offset - np.floor(offset) - 0.5) < 0.1
    return step / 4 if np.any(in_step & near_tie) else 0.0


def _convolution_in_front(
    call: Callable[[Any], Any], pre: Normalization, shift: float
) -> Callable[[Any], Any]:
    tf = tensorflow()
    kernel, bias = normalizing_convolution(pre, shift)

    def raw(images: Any) -> Any:
        with tf.name_scope("normalize"):
            normalized = tf.nn.bias_add(tf.nn.conv2d(images, kernel, 1, "VALID"), bias)
        return call(normalized)

    return raw


def _absorb_rescaling(graph: "_Graph", pre: Normalization) -> tuple[Normalization, Any | None]:
    """Move a Rescaling layer at the model's entry into the normalisation; also return the layer behind.

    Left in an int8 graph it becomes a MUL and an ADD that round twice: 256 pixel values come out
    as 171 codes (measured for 1/127.5, -1).
    """
    first = graph.first_layer()
    if type(first) is not graph.layers.Rescaling or graph.uses(first) != 1:
        return pre, first
    scale = np.broadcast_to(np.asarray(first.scale, np.float64), 3)
    offset = np.broadcast_to(np.asarray(first.offset, np.float64), 3)
    consumers = graph.consumers(first)
    if np.any(scale <= 0) or len(consumers) != 1:
        return pre, None
    first.scale, first.offset = 1.0, 0.0
    return pre.then(scale, offset), consumers[0]


def _fold_into_weights(graph: "_Graph", convolution: Any, pre: Normalization) -> bool:
    layers = graph.layers
    if (
        type(convolution) is not layers.Conv2D
        or convolution.data_format != "channels_last"
        or convolution.groups != 1
        or convolution.compute_dtype != "float32"  # 255 needs more than a half's precision
        or graph.uses(convolution) != 1
    ):
        return False
    kernel = np.asarray(convolution.kernel, np.float64)  # [H, W, input, output]
    scaled = kernel / np.asarray(pre.std, np.float64)[:, None]
    offset = np.einsum("hwio,i->o", scaled, np.asarray(pre.mean, np.float64))
    if pre.color_order == "BGR":
        scaled = scaled[:, :, ::-1, :]
    norm = None
    if np.any(offset):
        if convolution.padding != "valid" and tuple(convolution.kernel_size) != (1, 1):
            return False
        if not convolution.use_bias:
            norm = _sole_batch_norm(graph, convolution)
            if norm is None:
                return False
    convolution.kernel.assign(scaled.astype(np.float32))
    if norm is not None:
        mean = np.asarray(norm.moving_mean, np.float64) + offset
        norm.moving_mean.assign(mean.astype(np.float32))
    elif np.any(offset):
        bias = np.asarray(convolution.bias, np.float64) - offset
        convolution.bias.assign(bias.astype(np.float32))
    return True


def _sole_batch_norm(graph: "_Graph", convolution: Any) -> Any | None:
    consumers = graph.consumers(convolution)
    if len(consumers) != 1 or convolution.activation.__name__ != "linear":
        return None
    norm = consumers[0]
    axis = getattr(norm, "axis", None)
    axis = axis[0] if isinstance(axis, (list, tuple)) and len(axis) == 1 else axis
    is_plain = type(norm) is graph.layers.BatchNormalization and axis in (-1, 3)
    return norm if is_plain and graph.uses(norm) == 1 else None


class _Graph:
    """Which layers read a layer's output, in nested models too."""

    def __init__(self, model: Any):
        self._graph = keras_graph.trace(model)
        self._readers = self._graph.readers()
        self.layers = self._graph.library.layers

    def consumers(self, layer: Any) -> list[Any]:
        """Return the layers that take this layer's output."""
        outputs = [n for call in self._graph.calls if call.layer is layer for n in call.outputs]
        return [call.layer for number in outputs for call in self._readers[number]]

    def uses(self, layer: Any) -> int:
        """Return how often the layer is called in the graph."""
        return sum(call.layer is layer for call in self._graph.calls)

    def first_layer(self) -> Any | None:
        """Return the one layer that takes the model's input, or None if there are several."""
        readers = self._readers[self._graph.input]
        return readers[0].layer if len(readers) == 1 else None
