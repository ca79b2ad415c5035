"""Operators turned back to float compute what the float model does, without codes in between."""

import numpy as np
from ai_edge_litert import schema_py_generated as schema
from testing import int8_graphs
from testing.int8_graphs import names

from model_press.tflite.graph import Graph
from model_press.tflite.rewrites import to_float

SHAPE = (1, 6, 5, 4)
_RNG = np.random.default_rng(0)
WEIGHTS = _RNG.integers(-127, 128, (4, 1, 1, 4)).astype(np.int8)
SCALE = 0.01


def _chain() -> Graph:
    """in -> 1x1 convolution "conv" -> mean over the image -> out, all int8."""
    graph = int8_graphs.empty(SHAPE, (1, 1, 1, 4), out_quantization=(0.02, 0))
    conv = graph.add_activation("conv", SHAPE, 0.1, 4)
    weights = graph.add_constant("weights", WEIGHTS, SCALE)
    bias = graph.add_constant("bias", np.arange(4, dtype=np.int32) * 100, 0.05 * SCALE)
    options = schema.Conv2DOptionsT()
    options.strideH = options.strideW = 1
    graph.operators.append(graph.operator("CONV_2D", 3, [0, weights, bias], [conv], options))
    axes = int8_graphs.integers(graph, "axes", [1, 2])
    reducer = schema.ReducerOptionsT()
    reducer.keepDims = True
    graph.operators.append(graph.operator("MEAN", 2, [conv, axes], [1], reducer))
    return Graph(graph.dump())


def _empty() -> Graph:
    return int8_graphs.empty(SHAPE)


def _expected(weights: np.ndarray) -> np.ndarray:
    codes = np.random.default_rng(0).integers(-128, 128, SHAPE)
    real = 0.05 * (codes - 3)
    conv = real @ weights[:, 0, 0, :].T + np.arange(4) * 100 * 0.05 * SCALE
    return np.clip(np.rint(conv.mean((1, 2), keepdims=True) / 0.02), -128, 127)


def test_neighbours_in_float_hand_on_no_codes():
    graph = _chain()
    to_float.convert(graph, list(graph.operators), _empty())
    assert names(graph.dump()) == ["DEQUANTIZE", "CONV_2D", "MEAN", "QUANTIZE"]
    found = int8_graphs.outputs(graph.dump(), delegate=False)
    assert np.abs(found - _expected(WEIGHTS * SCALE)).max() <= 1
    assert int8_graphs.delegated(graph.dump()) == (1, [])


def test_one_operator_has_codes_at_both_ends():
    graph = _chain()
    to_float.convert(graph, graph.named("CONV_2D"), _empty())
    assert names(graph.dump()) == ["DEQUANTIZE", "CONV_2D", "QUANTIZE", "MEAN"]
    found, wanted = (int8_graphs.outputs(g.dump(), delegate=False) for g in (graph, _chain()))
    assert np.abs(found - wanted).max() <= 1


def test_weights_come_from_the_float_model():
    """Under the same name but for the converter's digit."""
    real = _RNG.normal(0, 0.3, WEIGHTS.shape).astype(np.float32)
    donor = int8_graphs.empty(SHAPE)
    source, target = donor.add_float("in", SHAPE), donor.add_float("conv1", SHAPE)
    weights = donor.add_float_constant("weights", real)
    donor.operators.append(donor.operator("CONV_2D", 1, [source, weights], [target]))
    graph = _chain()
    to_float.convert(graph, list(graph.operators), donor)
    found = int8_graphs.outputs(graph.dump(), delegate=False)
    assert np.abs(found - _expected(real)).max() <= 1
    assert np.abs(found - _expected(WEIGHTS * SCALE)).max() > 5


def test_layers_are_convolutions_and_dense_layers():
    graph = _chain()
    assert [to_float.is_layer(graph, operator) for operator in graph.operators] == [True, False]
    assert all(to_float.is_convertible(graph, operator) for operator in graph.operators)
    to_float.convert(graph, graph.named("CONV_2D"), _empty())
    assert not any(to_float.is_layer(graph, operator) for operator in graph.operators)
