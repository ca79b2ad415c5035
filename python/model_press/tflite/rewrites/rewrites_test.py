"""Each rewrite on small graphs: one partition where there were two, and the same codes."""

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema
from testing import int8_graphs
from testing.int8_graphs import names

from model_press.tflite import reader
from model_press.tflite.graph import Graph
from model_press.tflite.rewrites import rewriting

SHAPE = (1, 9, 7, 16)
SAME, VALID = schema.Padding.SAME, schema.Padding.VALID
UNCHANGED = (0.05, 3)


def between(builtin, version, options=None, shape=SHAPE, out_shape=None, ends=None, constant=None):
    """A file with one operator between two that XNNPACK runs.

    ends: (scale, zero point) of the operator's input and output, by default the same.
    constant: codes of a second input.
    """
    before, after = ends or (UNCHANGED, UNCHANGED)
    # Doubled from half the scale and at twice the scale, codes come to the operator and leave it as they are.
    graph = int8_graphs.empty(
        shape, out_shape, (before[0] / 2, before[1]), (2 * after[0], after[1])
    )
    source = graph.add_activation("source", shape, *before)
    target = graph.add_activation("target", out_shape or shape, *after)
    int8_graphs.double(graph, 0, source)
    inputs = [source]
    if constant is not None:
        inputs.append(graph.add_constant("constant", constant, *before))
    graph.operators.append(graph.operator(builtin, version, inputs, [target], options))
    int8_graphs.double(graph, target, 1)
    return graph.dump()


def pool(builtin, window, stride, padding, size=(9, 7), activation=0):
    """A pooling of `size` [height, width] between two operators."""
    options = schema.Pool2DOptionsT()
    options.filterHeight, options.filterWidth = window
    options.strideH, options.strideW = stride
    options.padding, options.fusedActivationFunction = padding, activation
    if padding == SAME:
        out = [-(-n // s) for n, s in zip(size, stride, strict=True)]
    else:
        out = [(n - w) // s + 1 for n, w, s in zip(size, window, stride, strict=True)]
    shape, out_shape = (1, *size, 16), (1, *out, 16)
    return between(builtin, 2, options, shape, out_shape)


def joined(count, quantization=UNCHANGED, axis=3):
    """A concatenation of `count` tensors of growing width, each written by XNNPACK."""
    total = list(SHAPE)
    total[axis] *= count
    scale, zero_point = UNCHANGED
    graph = int8_graphs.empty(SHAPE, total, (scale / 2, zero_point), (2 * scale, zero_point))
    parts = []
    for index in range(count):
        parts.append(graph.add_activation(f"part{index}", SHAPE, *quantization))
        int8_graphs.double(graph, 0, parts[-1])
    target = graph.add_activation("target", total, *UNCHANGED)
    options = schema.ConcatenationOptionsT()
    options.axis = axis
    graph.operators.append(graph.operator("CONCATENATION", 2, parts, [target], options))
    int8_graphs.double(graph, target, 1)
    return graph.dump()


# (0.05, 3) to (0.03, -128): as the converter calibrates a ReLU behind an Add.
RESCALED = (UNCHANGED, (0.03, -128))
RELU6 = ((0.047, -20), (6 / 255, -128))
ALPHA = np.arange(-8, 8).reshape(1, 1, 16).astype(np.int8)

# name -> (rewrite, file, operators in place of the one)
BREAKERS = {
    "relu": ("relu", between("RELU", 2, ends=RESCALED), ["QUANTIZE"]),
    "relu of rank 2": ("relu", between("RELU", 2, shape=(1, 1024), ends=RESCALED), ["QUANTIZE"]),
    "relu at one scale": ("relu", between("RELU", 2), ["ADD"]),
    "relu of rank 2 at one scale": ("relu", between("RELU", 2, shape=(1, 1024)), ["ADD"]),
    "relu6": ("relu", between("RELU6", 2, ends=RELU6), ["QUANTIZE"]),
    "relu6 in a wider range": ("relu", between("RELU6", 2, ends=((0.1, 0), (0.1, -128))), ["ADD"]),
    "relu_n1_to_1": ("relu", between("RELU_N1_TO_1", 1, ends=((0.011, 0), (0.01, 4))), ["ADD"]),
    **{
        name: ("pooling", data, ["DEPTHWISE_CONV_2D"])
        for name, data in {
            "average": pool("AVERAGE_POOL_2D", (2, 2), (2, 2), VALID),
            "average with relu": pool("AVERAGE_POOL_2D", (3, 2), (1, 2), VALID, activation=1),
            "average, nothing padded": pool("AVERAGE_POOL_2D", (2, 2), (2, 2), SAME, (8, 6)),
            "average of a pixel": pool("AVERAGE_POOL_2D", (1, 1), (2, 2), SAME),
            "maximum of a pixel": pool("MAX_POOL_2D", (1, 1), (2, 2), VALID),
        }.items()
    },
    "six joined": ("concatenation", joined(6), ["CONCATENATION"] * 2),
    "ten joined": ("concatenation", joined(10, axis=1), ["CONCATENATION"] * 3),
    "average of many pixels": (
        "dequantized_ops",
        pool("AVERAGE_POOL_2D", (6, 6), (3, 1), VALID),
        ["DEQUANTIZE", "AVERAGE_POOL_2D", "QUANTIZE"],
    ),
    "average, padded": (
        "dequantized_ops",
        pool("AVERAGE_POOL_2D", (3, 3), (1, 1), SAME),
        ["DEQUANTIZE", "AVERAGE_POOL_2D", "QUANTIZE"],
    ),
    "hard swish": (
        "dequantized_ops",
        between("HARD_SWISH", 1, ends=(UNCHANGED, (0.03, -100))),
        ["DEQUANTIZE", "HARD_SWISH", "QUANTIZE"],
    ),
    "prelu": (
        "dequantized_ops",
        between("PRELU", 1, constant=ALPHA),
        ["DEQUANTIZE", "PRELU", "QUANTIZE"],
    ),
    "maximum": (
        "dequantized_ops",
        between("MAXIMUM", 2, schema.MaximumMinimumOptionsT(), constant=ALPHA[None]),
        ["DEQUANTIZE", "MAXIMUM", "QUANTIZE"],
    ),
}
# Rewrites that move codes only, or round exactly as the operator did.
EXACT = {"relu", "concatenation"}


@pytest.mark.parametrize("name", BREAKERS)
def test_one_partition_where_there_were_two(name):
    rewrite, data, expected = BREAKERS[name]
    assert int8_graphs.delegated(data)[0] > 1
    rewritten = rewriting.apply(data, [rewrite])
    assert int8_graphs.delegated(rewritten) == (1, [])
    before, after = names(data), names(rewritten)
    # The operator stands second to last.
    assert after == before[:-2] + expected + before[-1:]


@pytest.mark.parametrize("name", BREAKERS)
def test_the_same_codes(name):
    rewrite, data, _ = BREAKERS[name]
    rewritten = rewriting.apply(data, [rewrite])
    expected = int8_graphs.outputs(data, delegate=False)
    assert len(np.unique(expected)) > 32
    plain = np.abs(int8_graphs.outputs(rewritten, delegate=False) - expected).max()
    assert plain <= (0 if rewrite in EXACT else 1)
    assert np.abs(int8_graphs.outputs(rewritten, delegate=True) - expected).max() <= 1


def depthwise(window, channels, stride=1, dilation=1):
    """A depthwise convolution of random weights, one scale a channel, between two operators."""
    shape = (1, 17, 15, channels)
    out_shape = (1, -(-17 // stride), -(-15 // stride), channels)
    graph = int8_graphs.empty(shape, out_shape, (0.025, 3), (1.0, -5))
    source = graph.add_activation("source", shape, *UNCHANGED)
    target = graph.add_activation("target", out_shape, 0.5, -5)
    values = np.random.default_rng(1).integers(-127, 128, (1, *window, channels)).astype(np.int8)
    scales = np.linspace(0.005, 0.02, channels, dtype=np.float32)
    weights = int8_graphs.channels(graph, "weights", values, scales, 3)
    biases = np.arange(channels, dtype=np.int32) * 90
    bias = int8_graphs.channels(graph, "bias", biases, scales * np.float32(UNCHANGED[0]), 0)
    options = schema.DepthwiseConv2DOptionsT()
    options.strideH = options.strideW = stride
    options.dilationHFactor = options.dilationWFactor = dilation
    options.depthMultiplier = 1
    options.fusedActivationFunction = schema.ActivationFunctionType.RELU
    int8_graphs.double(graph, 0, source)
    inputs = [source, weights, bias]
    graph.operators.append(graph.operator("DEPTHWISE_CONV_2D", 3, inputs, [target], options))
    int8_graphs.double(graph, target, 1)
    return graph.dump()


WIDE = {
    "7x7": depthwise((7, 7), 24, stride=2),
    "13x3": depthwise((13, 3), 8),
    "7x7, dilated": depthwise((7, 7), 22, dilation=2),
}


@pytest.mark.parametrize("name", WIDE)
def test_a_wide_depthwise_convolution_is_one_in_groups(name):
    rewritten = rewriting.apply(WIDE[name], ["wide_depthwise"])
    assert names(rewritten) == ["ADD", "CONV_2D", "ADD"]
    assert int8_graphs.delegated(rewritten) == (1, [])
    expected = int8_graphs.outputs(WIDE[name], delegate=False)
    assert len(np.unique(expected)) > 32
    for delegate in (False, True):
        found = int8_graphs.outputs(rewritten, delegate)
        assert np.abs(found - expected).max() <= 1
        # A tie here and there; a weight in a wrong place would change them all.
        assert np.mean(found != expected) < 0.02


KEPT = {
    "a depthwise convolution that has a kernel": depthwise((5, 5), 24),
    "channels that fall into no groups": depthwise((7, 7), 7),
    "relu beyond XNNPACK's scales": between("RELU", 2, ends=((0.05, 0), (1e-4, -128))),
    "a pooling that XNNPACK runs": pool("MAX_POOL_2D", (2, 2), (2, 2), SAME),
    "a 1x1 pooling that XNNPACK runs": pool("MAX_POOL_2D", (1, 1), (1, 1), SAME),
    "an average cut short, stride beyond": pool("AVERAGE_POOL_2D", (2, 2), (3, 3), SAME, (7, 4)),
    "a stride beyond the window": pool("MAX_POOL_2D", (2, 2), (3, 3), VALID),
    "five joined": joined(5),
    "six joined at unequal scales": joined(6, quantization=(0.04, 3)),
}


@pytest.mark.parametrize("name", KEPT)
def test_what_needs_no_rewrite_or_has_none_stays(name):
    every = ["concatenation", "dequantized_ops", "pooling", "relu", "wide_depthwise"]
    assert rewriting.apply(KEPT[name], every) is KEPT[name]


@pytest.mark.parametrize("name", BREAKERS)
def test_only_the_named_rewrites_apply(name):
    rewrite, data, _ = BREAKERS[name]
    others = {"concatenation", "pooling", "relu", "wide_depthwise"} - {rewrite}
    assert rewriting.apply(data, [*others]) is data
    assert rewriting.apply(data, []) is data


def test_the_same_bytes_again():
    for rewrite, data, _ in BREAKERS.values():
        assert rewriting.apply(data, [rewrite]) == rewriting.apply(data, [rewrite])


def test_every_tensor_has_its_own_name():
    for rewrite, data, _ in BREAKERS.values():
        tensors = reader.parse(rewriting.apply(data, [rewrite]), "rewritten").tensors
        assert len({tensor.name for tensor in tensors}) == len(tensors)


def test_equal_constants_are_stored_once():
    graph = Graph(pool("AVERAGE_POOL_2D", (2, 2), (2, 2), VALID))
    before = len(graph.dump())
    first = graph.add_constant("a", np.ones(4096, np.int8), 1.0)
    once = len(graph.dump()) - before
    second = graph.add_constant("b", np.ones(4096, np.int8), 0.5)
    assert first != second
    assert len(graph.dump()) - before < once + 1024


def test_operators_that_are_gone_are_not_asked_of_the_runtime():
    rewritten = rewriting.apply(BREAKERS["relu"][1], ["relu"])
    model = schema.Model.GetRootAs(rewritten, 0)
    codes = {model.OperatorCodes(i).BuiltinCode() for i in range(model.OperatorCodesLength())}
    assert codes == {schema.BuiltinOperator.ADD, schema.BuiltinOperator.QUANTIZE}
