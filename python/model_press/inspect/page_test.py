"""Layers, tables and lines."""

import pytest

from model_press.inspect import page
from model_press.tflite import layers


@pytest.mark.parametrize(
    "tensor, layer",
    [
        ("xception/block3_add/add", "block3_add"),
        ("xception/a_act/Relu;xception/a_bn/FusedBatchNormV3;xception/", "a_act"),
        ("StatefulPartitionedCall/model/conv/BiasAdd", "conv"),
        ("StatefulPartitionedCall:0", "StatefulPartitionedCall:0"),
        ("tfl.quantize", "tfl.quantize"),
        ("", ""),
    ],
)
def test_layer_of_a_tensor(tensor, layer):
    assert layers.layer_of(tensor) == layer


def test_columns_are_aligned_and_long_lines_cut():
    rows = list(page._table([("1", "a", "x"), ("22", "bbb", "y" * 200)], right=(0,)))
    assert rows[0] == "   1  a    x"
    assert rows[1].startswith("  22  bbb  yyy") and len(rows[1]) == 100 and rows[1].endswith("...")
