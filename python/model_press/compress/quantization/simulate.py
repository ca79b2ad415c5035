"""A forward pass that rounds as an int8 .tflite does, while the model's own weights stay float.

Jacob et al., "Quantization and Training of Neural Networks for Efficient Integer-Arithmetic-Only Inference", 2018.
Kernels: one symmetric scale for each output channel (of Dense: one for all), from the largest weight. Activations: one
asymmetric scale from a moving average of each batch's smallest and largest value. Gradients pass by the rounding, and
stop where a value is clipped. Scales of output channels commute with the batch normalisation that the converter will
fold into the kernel, so nothing is folded here; its statistics stay as they are. A batch normalisation that no kernel
absorbs becomes a multiplication and an addition; the rounding of their constants is not simulated.

tensorflow-model-optimization's quantize_model does the same by wrapper layers (a test compares the rounding). It takes
Keras 2 alone, has one scale for a whole depthwise kernel, hides layers from pruning and clustering, and its wrappers
have to be known wherever the file is read. Here the trained file is a plain Keras model; its ranges stand beside it.
"""

from typing import Any

from model_press.compress.quantization import graph_interpreter, quantization_points
from model_press.formats.model_info import ActivationRange
from model_press.keras_io import graph as keras_graph
from model_press.process.tf_quiet import tensorflow

# Ranges may remember a tenth of the training, as batch normalisation does in training.py.
_MEMORIES = 10
_LONGEST_MEMORY = 0.999


class Simulation:
    """Calls a model with int8's rounding and learns the activations' ranges.

    Args:
      model: a functional Keras model of either generation.
      begin_share: share of the training that passes without rounding, at least 0 and below 1.
    Raises:
      UserError: see quantization_points.find.
    """

    def __init__(self, model: Any, begin_share: float):
        self._graph = keras_graph.trace(model)
        self._points = quantization_points.find(self._graph)
        self._begin_share = begin_share
        self._keys = self._find_keys()
        tf = tensorflow()
        self._ranges = tf.Variable(tf.zeros((len(self._keys), 2)), trainable=False)
        self._started = tf.Variable(0.0, trainable=False)
        self._memory = 0.0
        self.first_step = 0

    def begin(self, steps: int) -> None:
        """Plan a training of `steps` steps: the first step with rounding, and the memory of the ranges."""
        self.first_step = int(self._begin_share * steps)
        rounded = steps - self.first_step
        self._memory = min(_LONGEST_MEMORY, max(0.0, 1 - _MEMORIES / rounded))

    def variables(self) -> list[Any]:
        """Return the variables that a checkpoint has to keep."""
        return [self._ranges, self._started]

    def ranges(self) -> tuple[ActivationRange, ...]:
        """Return the learned range of each quantized tensor; empty before any training."""
        if not self._started.numpy():
            return ()
        learned = dict(zip(self._keys, self._ranges.numpy().tolist(), strict=True))
        makers = {number: call for call in self._graph.calls for number in call.outputs}
        for number, source in self._points.same.items():
            key = (makers[source].layer.name, "output")
            if key in learned:
                learned[makers[number].layer.name, "output"] = learned[key]
        return tuple(ActivationRange(*key, *both) for key, both in learned.items())

    def __call__(self, images: Any, learn: bool = True) -> Any:
        """Return the outputs for a float32 batch [N, H, W, 3]; `learn`: ranges move towards those of this batch."""
        return _Rounding(self._graph, self, learn).run(images)

    def _find_keys(self) -> list[tuple[str, str]]:
        keys = []
        for call in self._graph.calls:
            layer, kind = call.layer, type(call.layer).__name__
            if kind == "SeparableConv2D":
                keys.append((layer.name, "depthwise"))
            if (
                kind in quantization_points.CONVOLUTIONS
                and quantization_points.activation(layer) not in quantization_points.FUSED
            ):
                keys.append((layer.name, "linear"))
            if self._points.rounded.intersection(call.outputs):
                keys.append((layer.name, "output"))
        return keys


class _Rounding(graph_interpreter.GraphInterpreter):
    """One call of a simulation."""

    def __init__(self, graph: keras_graph.Graph, simulation: Simulation, learn: bool):
        super().__init__(graph, learn)
        tf = tensorflow()
        self._simulation, self._learn = simulation, learn
        self._numbers = {key: index for index, key in enumerate(simulation._keys)}
        self._old = tf.convert_to_tensor(simulation._ranges)
        self._new = list(tf.unstack(self._old))
        self._rate = 1 - tf.convert_to_tensor(simulation._started) * simulation._memory

    def run(self, images: Any) -> Any:
        outputs = super().run(images)
        if self._learn:
            self._simulation._ranges.assign(tensorflow().stack(self._new))
            self._simulation._started.assign(1.0)
        return outputs

    def kernel(self, kernel: Any, axes: tuple[int, ...]) -> Any:
        return graph_interpreter.rounded_kernel(kernel, axes)

    def activation(self, key: tuple[str, str], values: Any) -> Any:
        """Round to 255 steps from the lower to the upper end of the range, 0 among them; clip the rest."""
        tf, index = tensorflow(), self._numbers.get(key)
        if index is None:
            return values
        ends = self._old[index]
        if self._learn:
            low = tf.minimum(tf.reduce_min(values), 0.0)
            high = tf.maximum(tf.reduce_max(values), graph_interpreter.SMALLEST)
            ends += tf.stop_gradient(tf.stack([low, high]) - ends) * self._rate
            self._new[index] = ends
        return tf.quantization.fake_quant_with_min_max_vars(values, ends[0], ends[1])
