"""A second conversion that differs is red, and what differs is named."""

import json
from collections.abc import Callable

import numpy as np
from ai_edge_litert import schema_py_generated as schema
from testing.raises import user_error
from testing.tflite_bytes import Op, chain, pack

from model_press.gates import reproducible


def _packed(change: Callable[[schema.ModelT], None] | None = None) -> bytes:
    data = chain(Op("CONV_2D", 3), Op("RELU"), constant=np.arange(16, dtype=np.float32))
    model = schema.ModelT.InitFromPackedBuf(data, 0)
    weights = model.subgraphs[0].tensors[1]
    weights.name, weights.buffer, weights.shape = "net/conv1/kernel", 1, [16]
    note = schema.MetadataT()
    note.name, note.buffer = "min_runtime_version", 2
    model.buffers.append(schema.BufferT())
    model.buffers[2].data = np.frombuffer(b"1.5.0", np.uint8)
    model.metadata = [note]
    if change:
        change(model)
    return pack(model)


def _check(tmp_path, change=None, **fields):
    manifest = {"name": "net_int8", "model": {"sha256": "0", "bytes": 9}}
    (tmp_path / "a.tflite").write_bytes(_packed())
    (tmp_path / "b.tflite").write_bytes(_packed(change))
    (tmp_path / "a.json").write_text(json.dumps(manifest))
    (tmp_path / "b.json").write_text(json.dumps({**manifest, **fields}))
    return reproducible.check(*(tmp_path / f"{n}.{e}" for n in "ab" for e in ("tflite", "json")))


def test_the_same_bytes_are_green(tmp_path):
    result = _check(tmp_path)
    assert result.green and result.facts["bytes compared"] > 500
    assert "measured 0, at most 0, margin 0" in result.lines()[0]


def test_a_changed_weight_is_named_by_its_tensor(tmp_path):
    def change(model):
        data = np.array(model.buffers[1].data)
        data[6] ^= 1
        model.buffers[1].data = data

    with user_error(
        "differs in 1 bytes, at most 0",
        "constant of tensor net/conv1/kernel: 1 of 64 bytes, the first at 6",
    ):
        _check(tmp_path, change)


def test_a_timestamp_in_the_metadata_is_named(tmp_path):
    def change(model):
        stamp = schema.MetadataT()
        stamp.name, stamp.buffer = "built_at", 3
        model.buffers.append(schema.BufferT())
        model.buffers[3].data = np.frombuffer(b"2026-11-25T10:00", np.uint8)
        model.metadata.append(stamp)

    with user_error("metadata built_at: only in the second"):
        _check(tmp_path, change)


# shows: gate reproducible_test: each kind of difference by name
def test_changed_metadata_operators_and_scales_are_named(tmp_path):
    def metadata(model):
        model.buffers[2].data = np.frombuffer(b"1.6.0", np.uint8)

    with user_error("metadata min_runtime_version: b'1.5.0' and b'1.6.0'"):
        _check(tmp_path, metadata)

    def operator(model):
        model.operatorCodes[0].version = 4

    with user_error("operator 0: CONV_2D version 3 and CONV_2D version 4"):
        _check(tmp_path, operator)

    def scale(model):
        quantization = schema.QuantizationParametersT()
        quantization.scale, quantization.zeroPoint = [0.5], [3]
        model.subgraphs[0].tensors[1].quantization = quantization

    with user_error("tensor net/conv1/kernel: scales () and (0.5,)"):
        _check(tmp_path, scale)

    def description(model):
        model.description = "made at noon"

    with user_error("description", "made at noon"):
        _check(tmp_path, description)


def test_a_manifest_field_is_named(tmp_path):
    with user_error("manifest field name: 'net_int8' and 'other'"):
        _check(tmp_path, name="other")
    with user_error("manifest field time: None and '10:00'"):
        _check(tmp_path, time="10:00")
