"""Leaves in float the layers that an int8 graph can least afford, until it answers like the float model.

A layer here is a convolution or a dense layer with what reads its output: in float together, no code holds that
activation. Each layer's part in the error is measured by turning it alone back to float. Then they are turned back in
that order, worst first, and the first graph within the bound is the result.
"""

from collections.abc import Sequence

import numpy as np

from model_press.formats.errors import UserError
from model_press.process import progress
from model_press.tflite import reader
from model_press.tflite.graph import Graph
from model_press.tflite.interpreter import Interpreter
from model_press.tflite.rewrites import to_float


def fit(
    int8: bytes, float_model: bytes, inputs: Sequence[np.ndarray], max_mean_diff: float
) -> bytes:
    """Return the mixed graph.

    Args:
      int8, float_model: .tflite files of one model; the float one takes `inputs` as they are.
      inputs: float32 [1, H, W, 3] each.
      max_mean_diff: largest allowed mean, over the inputs, of an input's largest absolute difference in any output.
    Raises:
      UserError: the bound is not met with every layer in float.
    """
    runner = Interpreter(float_model)
    expected = [runner.run(sample) for sample in inputs]

    def difference(data: bytes) -> float:
        return _difference(data, inputs, expected)

    mean_diff = difference(int8)
    if mean_diff <= max_mean_diff:
        return int8
    graph = Graph(int8)
    layers = [i for i, op in enumerate(graph.operators) if to_float.is_layer(graph, op)]
    alone = {
        layer: difference(_with_float(int8, float_model, [layer]))
        for layer in progress.track(layers, "rank layers")
    }
    # Three digits: float sums end otherwise on another processor, and the order should not.
    ranked = sorted(layers, key=lambda layer: (float(f"{alone[layer]:.3g}"), layer))
    for count in progress.track(range(1, len(ranked) + 1), "revert layers"):
        data = _with_float(int8, float_model, ranked[:count])
        mean_diff = difference(data)
        if mean_diff <= max_mean_diff:
            return data
    raise UserError(
        f"with all {len(ranked)} layers in float the outputs still differ by {mean_diff:.4f} from the float "
        f"model's, more than mixed_precision.max_mean_diff {max_mean_diff}; raise it, or use recipe dynamic_int8"
    )


def _with_float(int8: bytes, float_model: bytes, layers: Sequence[int]) -> bytes:
    graph = Graph(int8)
    chosen = {}
    for layer in layers:
        operator = graph.operators[layer]
        for each in [operator, *graph.consumers(int(operator.outputs[0]))]:
            if to_float.is_convertible(graph, each):
                chosen[id(each)] = each
    to_float.convert(graph, chosen.values(), Graph(float_model))
    return graph.dump()


def _difference(data: bytes, inputs: Sequence[np.ndarray], expected: list[np.ndarray]) -> float:
    file = reader.parse(data, "the mixed model")
    runner = Interpreter(data)
    largest = []
    for sample, wanted in zip(inputs, expected, strict=True):
        output = _real(runner.run(_codes(sample, file.inputs[0])), file.outputs[0])
        largest.append(np.abs(output - wanted).max())
    return float(np.mean(largest))


def _codes(real: np.ndarray, tensor: reader.TensorInfo) -> np.ndarray:
    if not tensor.scales:
        return real.astype(tensor.dtype)
    limits = np.iinfo(tensor.dtype)
    codes = np.rint(real / tensor.scales[0]) + tensor.zero_points[0]
    return np.clip(codes, limits.min, limits.max).astype(tensor.dtype)


def _real(codes: np.ndarray, tensor: reader.TensorInfo) -> np.ndarray:
    if not tensor.scales:
        return codes
    return (codes.astype(np.float32) - tensor.zero_points[0]) * np.float32(tensor.scales[0])
