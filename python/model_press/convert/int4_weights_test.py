"""Four-bit weights: the same answers where four bits are enough, small errors elsewhere, the oldest runtime named."""

import numpy as np
from ai_edge_litert import schema_py_generated as schema
from testing import int8_graphs
from testing.raises import user_error

from model_press.convert import int4_weights
from model_press.tflite import op_versions, reader

SHAPE, CHANNELS = (1, 6, 5, 32), 33  # an odd number of weights
# int8 codes that four bits hold too.
HELD = (np.arange(-7, 8) * 18).astype(np.int8)


def graph_of(codes, readers=1):
    """in -> convolutions 1x1 of int8 weights [33, 1, 1, 32], a scale a channel, and a bias -> out."""
    graph = int8_graphs.empty(SHAPE, (*SHAPE[:3], CHANNELS), (0.05, 3), (0.4, -5))
    scales = np.geomspace(0.002, 0.2, CHANNELS).astype(np.float32)
    weights = int8_graphs.channels(graph, "weights", codes, scales, 0)
    biases = np.arange(-16, CHANNELS - 16, dtype=np.int32) * 18 * 28
    bias = int8_graphs.channels(graph, "bias", biases, scales * np.float32(0.05), 0)
    options = schema.Conv2DOptionsT()
    options.strideH = options.strideW = 1
    options.padding = schema.Padding.VALID
    for _ in range(readers):
        operator = graph.operator("CONV_2D", 3, [0, weights, bias], [1], options)
        graph.operators.append(operator)
    return graph


def random_codes(values, seed=0):
    codes = np.random.default_rng(seed).choice(values, (CHANNELS, 1, 1, SHAPE[3]))
    codes[:, 0, 0, 0] = 126  # each channel uses the largest
    return codes.astype(np.int8)


def test_weights_that_fit_give_the_same_codes():
    data = graph_of(random_codes(HELD)).dump()
    stored = int4_weights.store(data)
    assert len(stored) < len(data) - 400
    found, wanted = (int8_graphs.outputs(each, delegate=False) for each in (stored, data))
    # Other scales, so a tie may go the other way.
    assert np.abs(found - wanted).max() <= 1 and (found != wanted).mean() < 0.03
    np.testing.assert_array_equal(
        int8_graphs.outputs(stored, delegate=True), int8_graphs.outputs(stored, delegate=False)
    )


def test_other_weights_stay_within_half_a_step():
    data = graph_of(random_codes(np.arange(-127, 128))).dump()
    stored = int4_weights.store(data)
    exact, found = (int8_graphs.outputs(each, delegate=False) for each in (data, stored))
    assert 0 < np.abs(exact - found).mean() < 6


def test_the_runtime_that_it_needs_is_known():
    """ai-edge-quantizer leaves every version at 1, so any runtime would seem to do."""
    file = reader.parse(int4_weights.store(graph_of(random_codes(HELD)).dump()), "x")
    assert file.builtin_ops() == [("CONV_2D", 7, 1)]
    assert op_versions.minimum_runtime([("CONV_2D", 7)]) == "2.11.0"
    assert {tensor.dtype for tensor in file.tensors} == {"int8", "int4", "int32"}


def test_two_codes_a_byte_the_first_in_the_lower_half():
    assert int4_weights.pack(np.array([[1, -1], [7, -7], [-8, 0]])) == bytes([0xF1, 0x97, 0x08])
    assert int4_weights.pack(np.array([3, 2, -2])) == bytes([0x23, 0x0E])


def test_far_outliers_are_clipped_where_that_costs_less():
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(4, 400))
    rows[0, 0] = 9  # one of 400: keeping it makes all others coarse
    codes, scales = int4_weights.quantise(rows)
    plain = np.rint(rows / (np.abs(rows).max(1) / 7)[:, None]) * (np.abs(rows).max(1) / 7)[:, None]
    error = ((codes * scales[:, None] - rows) ** 2).sum(1)
    assert error[0] < 0.8 * ((plain - rows) ** 2).sum(1)[0]
    assert (error <= ((plain - rows) ** 2).sum(1) * 1.0001).all()
    assert np.abs(codes).max() <= 7 and codes.dtype == np.int8


def test_zeros_stay_zeros():
    rows = np.random.default_rng(0).normal(size=(8, 100))
    rows[:, ::2], rows[7] = 0, 0
    codes, scales = int4_weights.quantise(rows)
    assert not codes[rows == 0].any() and np.isfinite(scales).all()


def test_shared_weights_stay_as_they_are():
    with user_error("weights int4", "use weights int8"):
        int4_weights.store(graph_of(random_codes(HELD), readers=2).dump())


def test_small_kernels_stay_in_int8(monkeypatch):
    data = graph_of(random_codes(HELD)).dump()
    monkeypatch.setattr(int4_weights, "_MIN_WEIGHTS", CHANNELS * SHAPE[3] + 1)
    with user_error("1,057 weights or more"):
        int4_weights.store(data)
