"""Builds the two files of a small Core ML package and their loader."""

import pathlib
import struct
import tempfile
from typing import Any

import numpy as np
from model_press.coreml.evaluator.program import SPEC, WEIGHTS
from model_press.coreml.protos import model_pb2
from model_press.evaluate import coreml_eval

_FLOAT32, _STRING, _UINT8, _UINT32 = 11, 2, 31, 33
_CLASSES, _SIDE = 3, 4
_RGB = 20
_OPSET = "CoreML6"
_HEADER = 64


def specification() -> bytes:
    """Return an ML program: weights from a palette and from the weight file, a product, a softmax, and a label."""
    spec = model_pb2().Model()
    spec.specificationVersion = 7
    image = spec.description.input.add(name="image").type.imageType
    image.height, image.width, image.colorSpace = _SIDE, _SIDE, _RGB
    function = spec.mlProgram.functions["main"]
    function.opset = _OPSET
    shape = (1, 3, _SIDE, _SIDE)
    _typed(function.inputs.add(name="image").type, _FLOAT32, shape)
    block = function.block_specializations[_OPSET]
    flat = (_CLASSES, 3 * _SIDE * _SIDE)
    indices = np.arange(flat[0] * flat[1] // 2, dtype=np.uint8)
    size = np.asarray(flat, np.uint32)

    palette = block.operations.add(type="constexpr_lut_to_dense")
    _output(palette, "palette", _FLOAT32, flat)
    _bytes(palette.attributes["indices"], _UINT8, indices)
    _bytes(palette.attributes["shape"], _UINT32, size)
    table = palette.attributes["lut"]
    _typed(table.type, _FLOAT32, (16,))
    table.immediateValue.tensor.floats.values.extend(np.linspace(-1, 1, 16).tolist())

    bias = block.operations.add(type="const")
    _output(bias, "bias", _FLOAT32, (_CLASSES,))
    stored = bias.attributes["val"]
    _typed(stored.type, _FLOAT32, (_CLASSES,))
    stored.blobFileValue.fileName = "@model_path/weights/weight.bin"
    stored.blobFileValue.offset = _HEADER

    reshape = block.operations.add(type="reshape")
    _output(reshape, "flat", _FLOAT32, (1, flat[1]))
    _named(reshape, "x", "image")
    _bytes(_bound(reshape, "shape"), _UINT32, np.asarray((1, flat[1]), np.uint32))
    linear = block.operations.add(type="linear")
    _output(linear, "logits", _FLOAT32, (1, _CLASSES))
    for parameter, name in (("x", "flat"), ("weight", "palette"), ("bias", "bias")):
        _named(linear, parameter, name)

    classify = block.operations.add(type="classify")
    classify.outputs.add(name="classLabel")
    _named(classify, "probabilities", "logits")
    classes = _bound(classify, "classes")
    classes.type.listType.type.tensorType.dataType = _STRING
    for name in ("red", "green", "blue"):
        item = classes.immediateValue.list.values.add()
        _typed(item.type, _STRING, ())
        item.immediateValue.tensor.strings.values.append(name)
    block.outputs.append("classLabel")
    made: bytes = spec.SerializeToString(deterministic=True)
    return made


def weights() -> bytes:
    """Return a weight.bin with three numbers in one record."""
    data = np.asarray([1, 2, 3], np.float32).tobytes()
    record = struct.pack("<IIQQQ", 0xDEADBEEF, 2, len(data), 2 * _HEADER, 0)
    header = struct.pack("<II", 1, 2)
    return header.ljust(_HEADER, b"\0") + record.ljust(_HEADER, b"\0") + data


def load_specification(path: pathlib.Path) -> None:
    """Open a package of this specification and good weights."""
    _open(path.read_bytes(), None)


def load_weights(path: pathlib.Path) -> None:
    """Open a package of a good specification and these weights."""
    _open(None, path.read_bytes())


def write(
    folder: pathlib.Path, spec: bytes | None = None, blob: bytes | None = None
) -> pathlib.Path:
    """Make net.mlpackage in a folder, of good files where none are given; return its path."""
    package = folder / "net.mlpackage"
    for name, data in (
        (SPEC, specification() if spec is None else spec),
        (WEIGHTS, weights() if blob is None else blob),
    ):
        (package / name).parent.mkdir(parents=True, exist_ok=True)
        (package / name).write_bytes(data)
    return package


def _open(spec: bytes | None, blob: bytes | None) -> None:
    with tempfile.TemporaryDirectory() as folder:
        coreml_eval.opened(write(pathlib.Path(folder), spec, blob))


def _typed(kind: Any, dtype: int, shape: tuple[int, ...]) -> None:
    kind.tensorType.dataType = dtype
    kind.tensorType.rank = len(shape)
    for size in shape:
        kind.tensorType.dimensions.add().constant.size = size


def _output(op: Any, name: str, dtype: int, shape: tuple[int, ...]) -> None:
    _typed(op.outputs.add(name=name).type, dtype, shape)


def _bytes(value: Any, dtype: int, data: np.ndarray) -> None:
    _typed(value.type, dtype, data.shape)
    value.immediateValue.tensor.bytes.values = data.tobytes()


def _named(op: Any, parameter: str, name: str) -> None:
    op.inputs[parameter].arguments.add().name = name


def _bound(op: Any, parameter: str) -> Any:
    return op.inputs[parameter].arguments.add().value
