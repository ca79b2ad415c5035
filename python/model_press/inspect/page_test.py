"""Layers, tables and lines."""

import pytest

from model_press.inspect import compressed, page
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


def test_zipped_size_of_a_big_file_is_close_to_the_true_one(tmp_path, monkeypatch):
    import os
    import zlib

    import numpy as np

    rng = np.random.default_rng(0)
    data = rng.integers(0, 64, 3 << 20, dtype=np.uint8).tobytes() + bytes(1 << 20)
    path = tmp_path / "m"
    path.write_bytes(data)
    assert compressed.zipped(path) == (len(zlib.compress(data, 9)), True)
    monkeypatch.setattr(compressed, "_WHOLE_BYTES", 1 << 20)
    monkeypatch.setattr(compressed, "_SAMPLE_BYTES", 32 << 10)
    estimate, exact = compressed.zipped(path)
    assert not exact
    assert estimate == pytest.approx(len(zlib.compress(data, 9)), rel=0.03)
    assert os.path.getsize(path) > estimate
