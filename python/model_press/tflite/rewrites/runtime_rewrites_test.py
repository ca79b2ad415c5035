"""Rewrites for operators that a runtime lacks: the same results as before, on the built-in kernels and in XNNPACK."""

import math

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema
from testing import int8_graphs
from testing.int8_graphs import empty_float, names

from model_press.tflite import reader
from model_press.tflite.graph import Graph
from model_press.tflite.interpreter import Interpreter
from model_press.tflite.rewrites import dense_scales, gelu, math_ops, nearest

SHAPE = (1, 6, 5, 16)


def _run(data: bytes, x: np.ndarray, delegate: str = "xnnpack") -> np.ndarray:
    return Interpreter(data, 1, delegate).run(x)


def _rewritten(graph: Graph, rewrite) -> tuple[bytes, bytes]:
    before = graph.dump()
    again = Graph(before)
    assert rewrite(again) == 1
    after = again.dump()
    assert again.dump() == after
    return before, after


def _gelu(approximate: bool, shape=SHAPE, quantized: bool = False) -> Graph:
    ends = ((0.05, 3), (0.03, -120))
    graph = int8_graphs.empty(shape, shape, *ends) if quantized else empty_float(shape)
    options = schema.GeluOptionsT()
    options.approximate = approximate
    version = 2 if quantized else 1
    graph.operators.append(graph.operator("GELU", version, [0], [1], options))
    return graph


@pytest.mark.parametrize("delegate", ["xnnpack", "none"])
@pytest.mark.parametrize("approximate", [False, True])
def test_gelu_keeps_its_values(approximate, delegate):
    """Against its definition in float64, from far below to far above, and against the operator itself."""
    x = np.concatenate([np.linspace(-40, 40, 100_001), np.linspace(-6, 6, 100_001)])
    x = x.astype(np.float32)[None, None, None]
    before, after = _rewritten(_gelu(approximate, x.shape), gelu.rewrite)
    exact = x.astype(np.float64)
    if approximate:
        inner = math.sqrt(2 / math.pi) * (exact + 0.044715 * exact**3)
        expected = 0.5 * exact * (1 + np.tanh(inner))
    else:
        expected = 0.5 * exact * (1 + np.vectorize(math.erf)(exact / math.sqrt(2)))
    got = _run(after, x, delegate)
    assert np.abs(got - expected).max() < 2.5e-6
    assert np.abs(got - _run(before, x, delegate)).max() < 4e-6
    assert "GELU" not in names(after)


@pytest.mark.parametrize("delegate", [True, False])
def test_an_int8_gelu_keeps_its_codes(delegate):
    before, after = _rewritten(_gelu(False, quantized=True), gelu.rewrite)
    plain = int8_graphs.outputs(before, delegate=False)
    difference = np.abs(int8_graphs.outputs(after, delegate) - plain)
    assert difference.max() <= 1
    assert difference.mean() < 0.02


def test_gelu_stays_in_one_partition():
    _, after = _rewritten(_gelu(False, quantized=True), gelu.rewrite)
    assert int8_graphs.delegated(after) == (1, [])


def _dense(bias: bool, asymmetric: bool, activation: int) -> Graph:
    rng = np.random.default_rng(1)
    graph = empty_float((3, 32), (3, 10))
    values = rng.integers(-127, 128, (10, 32)).astype(np.int8)
    weights = int8_graphs.channels(graph, "w", values, rng.uniform(0.001, 0.02, 10), 0)
    inputs = [0, weights, -1]
    if bias:
        inputs[2] = graph.add_float_constant("b", rng.normal(size=10).astype(np.float32))
    options = schema.FullyConnectedOptionsT()
    options.asymmetricQuantizeInputs = asymmetric
    options.fusedActivationFunction = activation
    graph.operators.append(graph.operator("FULLY_CONNECTED", 12, inputs, [1], options))
    return graph


@pytest.mark.parametrize("delegate", ["xnnpack", "none"])
@pytest.mark.parametrize("activation", [0, schema.ActivationFunctionType.RELU])
@pytest.mark.parametrize("asymmetric", [False, True])
@pytest.mark.parametrize("bias", [False, True])
def test_dense_layers_lose_their_version_and_keep_their_values(
    bias, asymmetric, activation, delegate
):
    before, after = _rewritten(_dense(bias, asymmetric, activation), dense_scales.rewrite)
    versions = {o.name: o.version for o in reader.parse(after, "test").operators}
    assert versions["FULLY_CONNECTED"] == (9 if asymmetric else 3)
    x = np.random.default_rng(2).normal(size=(3, 32)).astype(np.float32)
    expected = _run(before, x, delegate)
    np.testing.assert_allclose(_run(after, x, delegate), expected, rtol=2e-5, atol=2e-5)
    assert np.abs(expected).max() > 0.1


def test_a_dense_layer_of_one_scale_stays():
    graph = _dense(True, False, 0)
    quantization = graph.tensors[2].quantization
    quantization.scale, quantization.zeroPoint = quantization.scale[:1], quantization.zeroPoint[:1]
    assert dense_scales.rewrite(graph) == 0


def _nearest(factor, quantized: bool, half_pixel: bool, align: bool = False) -> Graph:
    batch, height, width, channels = SHAPE
    out = (batch, round(height * factor), round(width * factor), channels)
    graph = int8_graphs.empty(SHAPE, out) if quantized else empty_float(SHAPE, out)
    size = int8_graphs.integers(graph, "size", out[1:3])
    options = schema.ResizeNearestNeighborOptionsT()
    options.halfPixelCenters, options.alignCorners = half_pixel, align
    version = 3 if half_pixel or align else 2 if quantized else 1
    graph.operators.append(
        graph.operator("RESIZE_NEAREST_NEIGHBOR", version, [0, size], [1], options)
    )
    return graph


@pytest.mark.parametrize("delegate", [True, False])
@pytest.mark.parametrize("half_pixel", [False, True])
@pytest.mark.parametrize("factor", [2, 4])
def test_nearest_copies_the_same_codes(factor, half_pixel, delegate):
    before, after = _rewritten(_nearest(factor, True, half_pixel), nearest.rewrite)
    expected = int8_graphs.outputs(before, delegate=False)
    np.testing.assert_array_equal(int8_graphs.outputs(after, delegate), expected)
    assert int8_graphs.delegated(before)[0] == 0
    assert int8_graphs.delegated(after) == (1, [])


@pytest.mark.parametrize("delegate", ["xnnpack", "none"])
def test_nearest_copies_the_sameempty_float(delegate):
    before, after = _rewritten(_nearest(2, False, True), nearest.rewrite)
    x = np.random.default_rng(0).normal(size=SHAPE).astype(np.float32)
    np.testing.assert_array_equal(_run(after, x, delegate), _run(before, x, "none"))


@pytest.mark.parametrize(("factor", "align"), [(3, False), (0.5, False), (2, True)])
def test_other_resizes_stay(factor, align):
    assert nearest.rewrite(_nearest(factor, True, False, align)) == 0


def _layer_norm(shape=(1, 4, 4, 32)) -> Graph:
    """(x - mean) / sqrt(variance + epsilon) in float, as Keras' layer normalisation is converted."""
    graph = empty_float(shape)
    few = (*shape[:3], 1)
    axes = int8_graphs.integers(graph, "axes", [3])
    epsilon = graph.add_float_constant("epsilon", np.full((), 1e-3, np.float32))
    mean, variance, sum_, root = (graph.add_float(n, few) for n in ("mean", "var", "sum", "root"))
    squares, centred = graph.add_float("squares", shape), graph.add_float("centred", shape)
    reducer = schema.ReducerOptionsT()
    reducer.keepDims = True
    difference = schema.SquaredDifferenceOptionsT()
    for name, inputs, out, options in (
        ("MEAN", [0, axes], mean, reducer),
        ("SQUARED_DIFFERENCE", [0, mean], squares, difference),
        ("MEAN", [squares, axes], variance, reducer),
        ("ADD", [variance, epsilon], sum_, schema.AddOptionsT()),
        ("RSQRT", [sum_], root, None),
        ("SUB", [0, mean], centred, schema.SubOptionsT()),
        ("MUL", [centred, root], 1, schema.MulOptionsT()),
    ):
        graph.operators.append(graph.operator(name, 1, inputs, [out], options))
    return graph


@pytest.mark.parametrize("delegate", ["xnnpack", "none"])
def test_layer_normalisation_keeps_its_values(delegate):
    before = _layer_norm().dump()
    graph = Graph(before)
    assert math_ops.rewrite(graph) == 3
    after = graph.dump()
    assert not {"MEAN", "RSQRT"} & set(names(after))
    x = np.random.default_rng(0).normal(2, 3, (1, 4, 4, 32)).astype(np.float32)
    expected = _run(before, x, "none")
    np.testing.assert_allclose(_run(after, x, delegate), expected, rtol=2e-5, atol=2e-5)
    assert abs(expected.mean()) < 1e-3 and abs(expected.std() - 1) < 1e-2


def test_a_mean_over_pixels_stays():
    graph = empty_float((1, 4, 4, 8), (1, 1, 1, 8))
    axes = graph.add_constant("axes", np.array([1, 2], np.int32), 1.0)
    options = schema.ReducerOptionsT()
    options.keepDims = True
    graph.operators.append(graph.operator("MEAN", 1, [0, axes], [1], options))
    assert math_ops.rewrite(graph) == 0


def _positive(name: str, version: int) -> Graph:
    # Codes from 1 on are positive: roots have no other.
    graph = int8_graphs.empty(SHAPE, SHAPE, (0.05, -129 + 1), (0.05, -128))
    graph.operators.append(graph.operator(name, version, [0], [1]))
    return graph


@pytest.mark.parametrize("delegate", [True, False])
@pytest.mark.parametrize("name", ["SQRT", "RSQRT"])
def test_int8_roots_keep_their_codes(name, delegate):
    """Against the definition: the built-in kernels of both round otherwise by a code."""
    graph = _positive(name, 2 if name == "RSQRT" else 1)
    assert math_ops.rewrite(graph) == 1
    after = graph.dump()
    codes = np.random.default_rng(0).integers(-128, 128, SHAPE)
    real = np.maximum(0.05 * (codes + 128), 1e-30)
    wanted = np.sqrt(real) if name == "SQRT" else 1 / np.sqrt(real)
    expected = np.clip(np.rint(wanted / 0.05) - 128, -128, 127)
    found = int8_graphs.outputs(after, delegate)
    some = codes > -128  # 1 / 0 has no code
    assert np.abs(found - expected)[some].max() <= 1
    assert np.mean(found[some] != expected[some]) < 0.02
    assert int8_graphs.delegated(after) == (1, [])


def _sum(name: str, scales: tuple[float, float]) -> Graph:
    scale, out_scale = scales
    graph = int8_graphs.empty(SHAPE, SHAPE, (scale, 0), (out_scale, 0))
    other = graph.add_constant("other", np.arange(-8, 8).astype(np.int8), out_scale)
    options = schema.AddOptionsT() if name == "ADD" else schema.SubOptionsT()
    graph.operators.append(graph.operator(name, 2, [0, other], [1], options))
    return graph


@pytest.mark.parametrize("name", ["ADD", "SUB"])
@pytest.mark.parametrize(("scales", "left"), [((1e-5, 0.5), 0), ((0.1, 0.5), 1), ((100.0, 0.1), 0)])
def test_sums_of_far_scales_move_into_the_delegate(name, scales, left):
    graph = _sum(name, scales)
    before = graph.dump()
    assert math_ops.rewrite(graph) == 1 - left
    after = graph.dump()
    assert int8_graphs.delegated(before)[0] == left
    assert int8_graphs.delegated(after) == (1, [])
    # Against the definition: of scales this far apart the built-in ADD overflows.
    scale, out_scale = scales
    codes, other = np.random.default_rng(0).integers(-128, 128, SHAPE), np.arange(-8, 8)
    total = codes * scale + (other if name == "ADD" else -other) * out_scale
    expected = np.clip(np.rint(total / out_scale), -128, 127)
    assert np.abs(int8_graphs.outputs(after, True) - expected).max() <= 1
