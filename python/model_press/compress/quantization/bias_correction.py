"""Corrects biases for the shift that int8 rounding of kernels causes in each channel's mean.

Nagel et al., "Data-Free Quantization Through Weight Equalization and Bias Correction", 2019, the empirical form: the
mean of each channel over images, before the bias, of the float network and of one whose kernels are rounded as the
converter rounds them. The layers before are corrected already when a layer is compared.
"""

from collections.abc import Collection
from typing import Any

import numpy as np

from model_press.compress.quantization import graph_interpreter, quantization_points
from model_press.keras_io import graph as keras_graph
from model_press.process.tf_quiet import tensorflow


def correct(model: Any, inputs: np.ndarray) -> dict[str, float]:
    """Correct a functional Keras model in place: biases, or the means of batch normalisations where there are none.

    Args:
      model: it.
      inputs: float32 [N, H, W, 3], normalised.
    Returns:
      Layer to the largest shift that was taken out, in the unit of the layer's outputs. Layers with neither a bias
      nor a batch normalisation behind them are left out.
    Raises:
      UserError: see quantization_points.find.
    """
    graph = keras_graph.trace(model)
    quantization_points.find(graph)  # refuses what a pass cannot follow
    targets = _targets(graph)
    images = tensorflow().constant(inputs)
    exact = _Means(graph)
    exact.run(images)
    rounded = _Rounded(graph, exact.means, targets)
    rounded.run(images)
    shifts = {}
    for name, shift in rounded.shifts.items():
        variable, sign = targets[name]
        variable.assign((np.asarray(variable) + sign * shift).astype(np.float32))
        shifts[name] = float(np.abs(shift).max())
    return shifts


def _targets(graph: keras_graph.Graph) -> dict[str, tuple[Any, int]]:
    """Return the variable, and the sign, that corrects the mean of each layer's result, by layer name."""
    readers, targets = graph.readers(), {}
    for call in graph.calls:
        layer = call.layer
        if type(layer).__name__ not in quantization_points.CONVOLUTIONS:
            continue
        behind = readers[call.outputs[0]]
        if layer.use_bias:
            targets[layer.name] = (layer.bias, 1)
        elif (
            quantization_points.activation(layer) == "linear"
            and len(behind) == 1
            and type(behind[0].layer).__name__ == "BatchNormalization"
        ):
            targets[layer.name] = (behind[0].layer.moving_mean, -1)
    return targets


class _Means(graph_interpreter.GraphInterpreter):
    """Takes the mean of each channel of each layer's result."""

    def __init__(self, graph: keras_graph.Graph):
        super().__init__(graph, False)
        self.means: dict[str, np.ndarray] = {}

    def convolved(self, layer: Any, result: Any) -> Any:
        self.means[layer.name] = _mean(result)
        return result


class _Rounded(graph_interpreter.GraphInterpreter):
    """Rounds kernels and removes the shift of each layer in turn."""

    def __init__(
        self, graph: keras_graph.Graph, means: dict[str, np.ndarray], targets: Collection[str]
    ):
        super().__init__(graph, False)
        self._means, self._targets = means, targets
        self.shifts: dict[str, np.ndarray] = {}

    def kernel(self, kernel: Any, axes: tuple[int, ...]) -> Any:
        return graph_interpreter.rounded_kernel(kernel, axes)

    def convolved(self, layer: Any, result: Any) -> Any:
        if layer.name not in self._targets:
            return result
        shift = self._means[layer.name] - _mean(result)
        self.shifts[layer.name] = shift
        return result + shift.astype(np.float32)


def _mean(result: Any) -> np.ndarray:
    values = np.asarray(result, np.float64)
    return values.reshape(-1, values.shape[-1]).mean(axis=0)
