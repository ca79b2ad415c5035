"""Makes a variant worse in one way, so that a test can show that the gate against it goes red.

worsen.py HOW MODEL MANIFEST OUT_MODEL OUT_MANIFEST
"""

import dataclasses
import sys

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema
from model_press.formats import files, manifest

_PADDING_BYTES = 4 << 20


def _last_dense(model: schema.ModelT) -> schema.OperatorT:
    codes = [
        i
        for i, code in enumerate(model.operatorCodes)
        if code.builtinCode == schema.BuiltinOperator.FULLY_CONNECTED
    ]
    return [o for o in model.subgraphs[0].operators if o.opcodeIndex in codes][-1]


def _data(model: schema.ModelT, tensor: int, dtype: type) -> tuple[schema.BufferT, np.ndarray]:
    buffer = model.buffers[model.subgraphs[0].tensors[tensor].buffer]
    return buffer, np.array(buffer.data, np.uint8).view(dtype)


def bigger(model: schema.ModelT) -> None:
    """Add an unused constant of 4 MiB."""
    model.buffers.append(schema.BufferT())
    model.buffers[-1].data = np.random.default_rng(0).integers(0, 256, _PADDING_BYTES, np.uint8)


def wrong_scale(model: schema.ModelT) -> None:
    """Let the graph read its pixels as 0 to 1: 1/255 of their values."""
    graph = model.subgraphs[0]
    image = graph.inputs[0]
    inner = next(o.outputs[0] for o in graph.operators if image in o.inputs)
    for index in (image, inner):
        scale = graph.tensors[index].quantization.scale
        graph.tensors[index].quantization.scale = [float(scale[0]) / 255]


def constant_output(model: schema.ModelT) -> None:
    """Set the last layer's weights to zero: the answer does not depend on the picture."""
    buffer, _ = _data(model, _last_dense(model).inputs[1], np.int8)
    buffer.data = np.zeros_like(buffer.data)


def shuffled_labels(model: schema.ModelT) -> None:
    """Swap each two neighbouring classes, so that they differ from the labels."""
    dense = _last_dense(model)
    rows = model.subgraphs[0].tensors[dense.outputs[0]].shape[-1]
    order = np.arange(rows) ^ 1
    for tensor, dtype in ((dense.inputs[1], np.int8), (dense.inputs[2], np.int32)):
        buffer, values = _data(model, tensor, dtype)
        buffer.data = values.reshape(rows, -1)[order].ravel().view(np.uint8)


def op_too_new(model: schema.ModelT) -> None:
    """Set FULLY_CONNECTED to version 12, as per-channel dense weights make it."""
    model.operatorCodes[_last_dense(model).opcodeIndex].version = 12


def timestamp(model: schema.ModelT) -> None:
    """Write the time of the conversion into the metadata."""
    note = schema.MetadataT()
    note.name, note.buffer = "built_at", len(model.buffers)
    model.buffers.append(schema.BufferT())
    model.buffers[-1].data = np.frombuffer(b"2026-11-25T10:00:00", np.uint8)
    model.metadata = [*(model.metadata or []), note]


def changed_weight(model: schema.ModelT) -> None:
    """Flip one bit of one weight of the last layer."""
    buffer, _ = _data(model, _last_dense(model).inputs[1], np.int8)
    data = np.array(buffer.data)
    data[0] ^= 1
    buffer.data = data


_WAYS = {
    way.__name__: way
    for way in (
        bigger,
        changed_weight,
        constant_output,
        op_too_new,
        shuffled_labels,
        timestamp,
        wrong_scale,
    )
}


def main(how: str, source: str, manifest_path: str, out: str, out_manifest: str) -> None:
    """Write the worse model and a manifest that fits it, so that only the gate can tell."""
    with open(source, "rb") as file:
        model = schema.ModelT.InitFromPackedBuf(file.read(), 0)
    _WAYS[how](model)
    builder = flatbuffers.Builder(1 << 20)
    builder.Finish(model.Pack(builder), b"TFL3")
    data = bytes(builder.Output())
    files.write_bytes(out, data)
    variant_manifest = manifest.read_tflite(manifest_path)
    worse = dataclasses.replace(
        variant_manifest.model, sha256=files.sha256_bytes(data), bytes=len(data)
    )
    manifest.write(out_manifest, dataclasses.replace(variant_manifest, model=worse))


if __name__ == "__main__":
    main(*sys.argv[1:])
