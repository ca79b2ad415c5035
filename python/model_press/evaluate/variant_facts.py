"""Describes a variant's file: sizes, operators, and the storage of each weight tensor with its reason."""

import dataclasses
import os

import numpy as np
from ai_edge_litert import schema_py_generated as schema

from model_press.formats import deflate, files, manifest, metrics, strict_json
from model_press.tflite import reader

# The converter leaves smaller weights of a dynamic-range model in float (`minimum_elements_for_weights` of its weight
# quantiser; seen in the files: 1,024 elements are quantised, 864 are not).
_MIN_DYNAMIC_ELEMENTS = 1024
_LOW_PRECISION = ("int2", "int4", "int8", "uint8")


@dataclasses.dataclass(frozen=True)
class Weight:
    """A constant tensor that a node reads.

    op: the (first) operator that reads it. role: "weights", "bias" or "constant". bytes: in the file. elements:
    number of values. zeros: share of values that stand for exactly 0. compressed: whether it takes fewer bits than
    float32. why: for one that does not, the reason, else "".
    """

    name: str
    op: str
    role: str
    shape: tuple[int, ...]
    dtype: str
    elements: int
    bytes: int
    zeros: float
    compressed: bool
    why: str


@dataclasses.dataclass(frozen=True)
class VariantFacts:
    """One variant.

    recipe: see metrics.recipe_of().
    apk_bytes: what the file adds to an APK, where it lies stored, not deflated, to be mapped.
    """

    schema_version: int
    name: str
    recipe: str
    sha256: str
    bytes: int
    zipped_bytes: int
    apk_bytes: int
    ops: tuple[manifest.OpUse, ...]
    custom_ops: tuple[str, ...]
    minimum_runtime: str
    weights: tuple[Weight, ...]


def describe(model: str | os.PathLike[str], description: manifest.TfliteManifest) -> VariantFacts:
    """Read a .tflite, which must be the file that the manifest was written for."""
    manifest.verify_file(description.model.sha256, model, "model")
    file = reader.read(model)
    size = os.path.getsize(model)
    return VariantFacts(
        1,
        description.name,
        metrics.recipe_of(description),
        description.model.sha256,
        size,
        deflate.file_size(model),
        size,
        description.requires.ops,
        description.requires.custom_ops,
        description.requires.minimum_runtime,
        _weights(model, file, description),
    )


def _weights(
    model: str | os.PathLike[str], file: reader.TfliteFile, description: manifest.TfliteManifest
) -> tuple[Weight, ...]:
    flat = schema.Model.GetRootAs(bytearray(files.require_file(model, "model").read_bytes()), 0)
    graph = flat.Subgraphs(0)
    # fp16 weights reach their node through a DEQUANTIZE.
    behind = {op.outputs[0]: op.inputs[0] for op in file.operators if op.name == "DEQUANTIZE"}
    found: dict[int, Weight] = {}
    for op in file.operators:
        if op.name == "DEQUANTIZE" and file.tensors[op.inputs[0]].bytes:
            continue
        for position, index in enumerate(op.inputs):
            index = behind.get(index, index)
            if index < 0 or index in found or not file.tensors[index].bytes:
                continue
            tensor = file.tensors[index]
            data = flat.Buffers(graph.Tensors(index).Buffer()).DataAsNumpy()
            elements = int(np.prod(tensor.shape, dtype=np.int64))
            role = _role(op.name, position, tensor)
            compressed = tensor.dtype in (*_LOW_PRECISION, "float16")
            found[index] = Weight(
                tensor.name,
                op.name,
                role,
                tensor.shape,
                tensor.dtype,
                elements,
                tensor.bytes,
                _zeros(data, tensor),
                compressed,
                "" if compressed else _why(role, op.name, tensor, elements, description),
            )
    return tuple(found.values())


def _role(op: str, position: int, tensor: reader.TensorInfo) -> str:
    if op in ("CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED", "TRANSPOSE_CONV"):
        if position == 2 and op != "TRANSPOSE_CONV" or position == 3:
            return "bias"
        if position == 1:
            return "weights"
    return "constant"


def _zeros(data: np.ndarray, tensor: reader.TensorInfo) -> float:
    if tensor.dtype in ("int2", "int4", "bool", "string"):  # packed: not worth unpacking
        return 0.0
    values = np.frombuffer(data.tobytes(), np.dtype(tensor.dtype))
    zero = tensor.zero_points[0] if tensor.zero_points else 0
    return float(f"{np.mean(values == zero):.6g}") if values.size else 0.0


def _why(
    role: str,
    op: str,
    tensor: reader.TensorInfo,
    elements: int,
    description: manifest.TfliteManifest,
) -> str:
    recipe = description.recipe
    if role == "constant" and tensor.dtype in ("int32", "int64"):
        return "shape or axis, no weight"
    if role == "bias" and tensor.dtype in ("int32", "int64"):
        return f"bias of an integer operator: {tensor.dtype} accumulates without rounding"
    if recipe.weights in ("float32", "sparse_float32"):
        return f"the recipe keeps {recipe.weights} weights"
    if role == "bias":
        return "bias: added in float after a float operator"
    if recipe.activations == "float32" and elements < _MIN_DYNAMIC_ELEMENTS:
        return f"fewer than {_MIN_DYNAMIC_ELEMENTS:,} values: the converter's minimum"
    if role == "constant":
        return f"constant of {op}, which the converter does not quantise"
    return f"the converter left this {op} in {tensor.dtype}"


def read(path: str | os.PathLike[str]) -> VariantFacts:
    """Read and validate facts."""
    return strict_json.read(VariantFacts, path, "variant facts")
