"""A Core ML program (MIL) as plain data: operations in order, with constants read from the package."""

import dataclasses
import math
import os
import pathlib
from typing import Any, Literal

import numpy as np

from model_press.coreml.evaluator import blob
from model_press.coreml.protos import model_pb2
from model_press.formats import files
from model_press.formats.errors import UserError

SPEC = "Data/com.apple.CoreML/model.mlmodel"
WEIGHTS = "Data/com.apple.CoreML/weights/weight.bin"

# MIL's element types by their number in MIL.proto, and how many bits one takes in an immediate value's bytes.
_DTYPES = {
    1: ("bool", 8),
    2: ("string", 0),
    10: ("float16", 16),
    11: ("float32", 32),
    12: ("float64", 64),
    21: ("int8", 8),
    22: ("int16", 16),
    23: ("int32", 32),
    24: ("int64", 64),
    25: ("int4", 4),
    31: ("uint8", 8),
    32: ("uint16", 16),
    33: ("uint32", 32),
    34: ("uint64", 64),
    35: ("uint4", 4),
    36: ("uint2", 2),
    37: ("uint1", 1),
    38: ("uint6", 6),
    39: ("uint3", 3),
}

# Weights in all, decoded to 4 bytes each: a small file may name the same ones again and again.
MOST_ELEMENTS = 320_000_000

ColorOrder = Literal["RGB", "BGR"]
_COLOR_SPACES: dict[int, ColorOrder] = {20: "RGB", 30: "BGR"}


@dataclasses.dataclass(frozen=True)
class TensorType:
    """dtype: MIL's name, such as float16 or uint4. shape: sizes, 0 where the size is not static."""

    dtype: str
    shape: tuple[int, ...]


@dataclasses.dataclass(frozen=True)
class Name:
    """A parameter that is bound to another operation's output or to an input of the program."""

    text: str


@dataclasses.dataclass(frozen=True)
class Operation:
    """One operation.

    arguments: by parameter name: a Name, a constant (array, bool, int, float, str) or a list of them.
    outputs: (name, type) pairs; type is None where it is not a tensor.
    """

    type: str
    arguments: dict[str, Any]
    outputs: tuple[tuple[str, TensorType | None], ...]

    @property
    def name(self) -> str:
        return self.outputs[0][0]

    @property
    def reads(self) -> set[str]:
        """Names of the values that it takes."""
        found = set()
        for argument in self.arguments.values():
            items = argument if isinstance(argument, list) else [argument]
            found |= {item.text for item in items if isinstance(item, Name)}
        return found


@dataclasses.dataclass(frozen=True)
class Program:
    """inputs: by name. operations: in the order of execution, constants included."""

    inputs: dict[str, TensorType]
    operations: tuple[Operation, ...]
    outputs: tuple[str, ...]


def read_spec(package: str | os.PathLike[str]) -> Any:
    """Return the Model message of a .mlpackage folder; raise UserError if there is none or it is not a program."""
    if not pathlib.Path(package).is_dir():
        raise UserError(f"model {package} is not a .mlpackage folder")
    path = files.require_file(pathlib.Path(package) / SPEC, "model specification")
    spec = model_pb2().Model()
    try:
        spec.ParseFromString(path.read_bytes())
    except Exception as error:  # protobuf's DecodeError, whose module depends on the implementation
        raise UserError(f"model specification {path} is corrupt ({error})") from error
    if spec.WhichOneof("Type") != "mlProgram":
        raise UserError(
            f"model {package} is a {spec.WhichOneof('Type')}, expected an ML program; convert it with "
            "convert_to='mlprogram'"
        )
    return spec


def image_input(spec: Any, model: str | os.PathLike[str]) -> tuple[str, int, int, ColorOrder]:
    """Return (name, height, width, colour order) of a Model message's image input; raise UserError for other inputs.

    Args:
      spec: the Model message.
      model: what it is called in an error.
    """
    inputs = spec.description.input
    if len(inputs) != 1 or inputs[0].type.WhichOneof("Type") != "imageType":
        kinds = ", ".join(f"{i.name} ({i.type.WhichOneof('Type')})" for i in inputs)
        raise UserError(f"model {model} takes {kinds}; expected one image input")
    image = inputs[0].type.imageType
    if image.colorSpace not in _COLOR_SPACES:
        raise UserError(f"model {model} takes colour space {image.colorSpace}, expected RGB or BGR")
    return inputs[0].name, int(image.height), int(image.width), _COLOR_SPACES[image.colorSpace]


def read(package: str | os.PathLike[str], spec: Any) -> Program:
    """Return the main function of a package's program, constants memory-mapped where they lie in the weight file."""
    functions = spec.mlProgram.functions
    function = functions.get("main")
    if function is None or function.opset not in function.block_specializations:
        found = ", ".join(f"{name} for {functions[name].opset}" for name in sorted(functions))
        raise UserError(
            f"model {package} has no function `main` with a block for its opset, found {found or 'no function'}; "
            "convert the model again, with convert_to='mlprogram'"
        )
    weights = pathlib.Path(package) / WEIGHTS
    reader = _Reader(blob.BlobFile(weights) if weights.exists() else None)
    block = function.block_specializations[function.opset]
    return Program(
        {value.name: _tensor_type(value.type, f"input {value.name}") for value in function.inputs},
        tuple(reader.operation(op) for op in block.operations),
        tuple(block.outputs),
    )


def _tensor_type(value_type: Any, owner: str) -> TensorType | None:
    """Return the tensor type, or None for another type. owner: its name in errors."""
    if value_type.WhichOneof("type") != "tensorType":
        return None
    tensor = value_type.tensorType
    if tensor.dataType not in _DTYPES:
        raise UserError(
            f"{owner} has element type {tensor.dataType}, expected one of {', '.join(map(str, _DTYPES))}; convert the "
            "model again"
        )
    shape = tuple(d.constant.size if d.HasField("constant") else 0 for d in tensor.dimensions)
    return TensorType(_DTYPES[tensor.dataType][0], shape)


class Allowance:
    """How many elements of weights a program may still decode."""

    def __init__(self) -> None:
        self._left = MOST_ELEMENTS

    def take(self, count: int, owner: str) -> None:
        """Take `count` of them for `owner`; raise UserError if fewer are left."""
        self._left -= count
        if self._left < 0:
            raise UserError(
                f"{owner} has {count} weights, with which the program has more than {MOST_ELEMENTS}; expected fewer, "
                "as they are decoded in memory"
            )


class _Reader:
    def __init__(self, weights: blob.BlobFile | None):
        self._weights = weights
        self._allowance = Allowance()

    def operation(self, op: Any) -> Operation:
        owner = f"operation {op.outputs[0].name if op.outputs else ''} ({op.type})"
        if op.blocks:
            raise UserError(
                f"{owner} has control flow, which the evaluator does not run; make the model without"
            )
        arguments = {
            name: self._value(value, owner)
            for name, value in op.attributes.items()
            if name != "name"
        }
        for name, argument in op.inputs.items():
            bound = [
                Name(binding.name)
                if binding.WhichOneof("binding") == "name"
                else self._value(binding.value, owner)
                for binding in argument.arguments
            ]
            # A parameter that takes several tensors has a list even if it holds one.
            arguments[name] = bound if len(bound) != 1 or name == "values" else bound[0]
        outputs = tuple((out.name, _tensor_type(out.type, owner)) for out in op.outputs)
        return Operation(op.type, arguments, outputs)

    def _value(self, value: Any, owner: str) -> Any:
        kind = _tensor_type(value.type, owner)
        if kind is None:
            if (found := value.type.WhichOneof("type")) != "listType":
                raise UserError(
                    f"{owner} has a constant of {found}, expected a tensor or a list; convert the model again"
                )
            return [self._value(item, owner) for item in value.immediateValue.list.values]
        count = math.prod(kind.shape)
        self._allowance.take(count, owner)
        if value.WhichOneof("value") == "blobFileValue":
            if self._weights is None:
                raise UserError(
                    f"{owner} has weights in a file, but the package has none; expected {WEIGHTS} in it, so copy the "
                    "whole folder"
                )
            flat = self._weights.read(value.blobFileValue.offset, count)
        else:
            flat = _immediate(value.immediateValue.tensor, kind, count)
        if kind.dtype == "string":
            return flat[0] if not kind.shape else flat
        array = np.asarray(flat).reshape(kind.shape)
        return array if kind.shape else array.item()


def _immediate(tensor: Any, kind: TensorType, count: int) -> Any:
    field = tensor.WhichOneof("value")
    values = getattr(tensor, field).values
    if field == "strings":
        return list(values)
    if field != "bytes":
        if field in ("floats", "doubles"):
            return np.asarray(values, np.float32)
        return np.asarray(values, np.bool_ if field == "bools" else np.int64)
    bits = next(b for name, b in _DTYPES.values() if name == kind.dtype)
    data = np.frombuffer(values, np.uint8)
    if bits < 8:
        return blob.unpack(data, bits, count, signed=kind.dtype.startswith("int"))
    return data.view(kind.dtype)
