"""A .tflite's graph, open to edits by the schema's object API.

Rewrites work here, on the converter's result, and not on the Keras model: the file is where it is known which operators
stayed unfused and at which scales, every Keras 2 or 3 model and SavedModel comes by here, and the float model that a
variant is compared with stays untouched.
"""

import copy
from collections.abc import Callable, Sequence
from typing import Any

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema

# The schema's `force_align` of constants, which the generated Python code does not obey. Kernels read
# int32 and vector registers from them.
_CONSTANT_ALIGNMENT = 16
_IDENTIFIER = b"TFL3"
_NAMES = {v: k for k, v in vars(schema.BuiltinOperator).items() if isinstance(v, int)}
_TYPES = {np.dtype(np.int8): schema.TensorType.INT8, np.dtype(np.int32): schema.TensorType.INT32}
# Operator codes above this do not fit the schema's old one-byte field.
_MAX_DEPRECATED_CODE = 127


class Graph:
    """The main subgraph of a .tflite file.

    Attributes:
      tensors: the subgraph's `schema.TensorT`, to be appended to only: signatures refer to them by index.
      operators: its `schema.OperatorT` in execution order.

    Args:
      data: the bytes of a valid .tflite file.
    """

    def __init__(self, data: bytes):
        self._model = schema.ModelT.InitFromPackedBuf(data)
        graph = self._model.subgraphs[0]
        self.tensors: list[schema.TensorT] = graph.tensors
        self.operators: list[schema.OperatorT] = graph.operators
        self._first_new_buffer = len(self._model.buffers)
        self._outputs = {int(tensor) for tensor in graph.outputs}

    def name(self, operator: schema.OperatorT) -> str:
        """Return the builtin's name, such as "CONV_2D"."""
        code = self._model.operatorCodes[operator.opcodeIndex]
        return _NAMES[max(code.builtinCode, code.deprecatedBuiltinCode)]

    def named(self, *names: str) -> list[schema.OperatorT]:
        """Return the operators of these types, in execution order."""
        return [operator for operator in self.operators if self.name(operator) in names]

    def consumers(self, tensor: int) -> list[schema.OperatorT]:
        """Return the operators that read a tensor."""
        return [operator for operator in self.operators if tensor in operator.inputs]

    def is_output(self, tensor: int) -> bool:
        """Return whether a tensor is an output of the graph."""
        return tensor in self._outputs

    def shape(self, tensor: int) -> tuple[int, ...]:
        """Return the static shape; () for a scalar."""
        shape = self.tensors[tensor].shape
        return () if shape is None else tuple(int(size) for size in shape)

    def is_int8(self, *tensors: int) -> bool:
        """Return whether all are int8 tensors with one scale each."""
        return all(
            self.tensors[tensor].type == schema.TensorType.INT8
            and self.tensors[tensor].quantization is not None
            and self.tensors[tensor].quantization.scale is not None
            and len(self.tensors[tensor].quantization.scale) == 1
            for tensor in tensors
        )

    def is_float(self, *tensors: int) -> bool:
        """Return whether all are float32 tensors."""
        return all(self.tensors[int(t)].type == schema.TensorType.FLOAT32 for t in tensors)

    def quantization(self, tensor: int) -> tuple[float, int]:
        """Return (scale, zero point) of a tensor for which is_int8 holds."""
        quantization = self.tensors[tensor].quantization
        return float(quantization.scale[0]), int(quantization.zeroPoint[0])

    def part_name(self, tensor: int, part: str) -> str:
        """Return a name for a tensor that goes into making another: tools tell tensors apart by name."""
        return f"{self.text_name(tensor)}/{part}"

    def text_name(self, tensor: int) -> str:
        """Return a tensor's name; where operators were fused, their names joined by semicolons, the result's first."""
        name = self.tensors[tensor].name or b""
        return name if isinstance(name, str) else name.decode()

    def add_activation(self, name: str, shape: Sequence[int], scale: float, zero_point: int) -> int:
        """Append an int8 tensor that an operator will write; return its index."""
        return self._add(name, shape, schema.TensorType.INT8, 0, (scale, zero_point))

    def add_float(self, name: str, shape: Sequence[int]) -> int:
        """Append a float32 tensor that an operator will write; return its index."""
        return self._add(name, shape, schema.TensorType.FLOAT32, 0, None)

    def is_constant(self, tensor: int) -> bool:
        """Return whether a tensor's values are in the file."""
        data = self._model.buffers[self.tensors[tensor].buffer].data
        return data is not None and len(data) > 0

    def real_values(self, tensor: int) -> np.ndarray | None:
        """Return the float32 values of a constant, dequantised if it is quantised, or None for other integers."""
        info = self.tensors[tensor]
        data = self._model.buffers[info.buffer].data
        if info.type == schema.TensorType.FLOAT32:
            return data.view("<f4").reshape(self.shape(tensor))
        dtype = next((dtype for dtype, kind in _TYPES.items() if kind == info.type), None)
        quantization = info.quantization
        if dtype is None or quantization is None or quantization.scale is None:
            return None
        codes = data.view(dtype.newbyteorder("<")).reshape(self.shape(tensor)).astype(np.float64)
        # Scales lie along one dimension; a single one is for the whole.
        along = [1] * codes.ndim
        if len(quantization.scale) > 1:
            along[quantization.quantizedDimension] = -1
        zero_points = np.asarray(quantization.zeroPoint, np.float64).reshape(along)
        scales = np.asarray(quantization.scale, np.float64).reshape(along)
        return ((codes - zero_points) * scales).astype(np.float32)

    def int8_values(self, tensor: int) -> np.ndarray:
        """Return the quantized values of an int8 constant, in its shape."""
        data = self._model.buffers[self.tensors[tensor].buffer].data
        return data.view(np.int8).reshape(self.shape(tensor))

    def integers(self, tensor: int) -> list[int]:
        """Return the values of an int32 constant, flat; empty if it is computed."""
        data = self._model.buffers[self.tensors[tensor].buffer].data
        return [] if data is None else data.view("<i4").tolist()

    def add_int8_like(self, tensor: int, name: str, codes: np.ndarray, dimension: int) -> int:
        """Append int8 values with another constant's scales, one per channel of `dimension`; return their index."""
        index = self._add(
            name, codes.shape, schema.TensorType.INT8, self._add_buffer(codes.tobytes()), None
        )
        quantization = copy.copy(self.tensors[tensor].quantization)
        quantization.quantizedDimension = dimension
        self.tensors[index].quantization = quantization
        return index

    def is_sole(self, tensor: int) -> bool:
        """Return whether one operator alone reads a constant, and no other tensor has its buffer."""
        buffer = self.tensors[tensor].buffer
        owners = sum(other.buffer == buffer for other in self.tensors)
        reads = sum(int(i) == tensor for operator in self.operators for i in operator.inputs)
        return owners == 1 and reads == 1

    def set_constant(self, tensor: int, kind: int, data: bytes, scales: np.ndarray) -> None:
        """Replace a constant for which is_sole holds, its scales along the same dimension; kind: a TensorType."""
        info = self.tensors[tensor]
        info.type = kind
        self._model.buffers[info.buffer].data = np.frombuffer(data, np.uint8)
        info.quantization.scale = np.asarray(scales, np.float32)
        info.quantization.zeroPoint = np.zeros(len(scales), np.int64)

    def add_float_constant(self, name: str, values: np.ndarray) -> int:
        """Append a float32 constant; return its index."""
        buffer = self._add_buffer(np.ascontiguousarray(values, "<f4").tobytes())
        return self._add(name, values.shape, schema.TensorType.FLOAT32, buffer, None)

    def add_constant(self, name: str, values: np.ndarray, scale: float, zero_point: int = 0) -> int:
        """Append a constant (int8 or int32 values, one scale for all); return its index."""
        buffer = self._add_buffer(values.astype(values.dtype.newbyteorder("<")).tobytes())
        return self._add(name, values.shape, _TYPES[values.dtype], buffer, (scale, zero_point))

    def operator(
        self,
        builtin: str,
        version: int,
        inputs: Sequence[int],
        outputs: Sequence[int],
        options: Any | None = None,
    ) -> schema.OperatorT:
        """Return a new operator, not yet in `operators`.

        Args:
          builtin: its name in schema.BuiltinOperator.
          version: as TensorFlow gives it to these tensor types.
          inputs, outputs: tensor indices.
          options: the builtin's options, such as schema.Pool2DOptionsT().
        """
        result = schema.OperatorT()
        result.opcodeIndex = self._code(builtin, version)
        result.inputs = np.array(inputs, np.int32)
        result.outputs = np.array(outputs, np.int32)
        if options is not None:
            result.builtinOptions = options
            union = type(options).__name__.removesuffix("T")
            result.builtinOptionsType = getattr(schema.BuiltinOptions, union)
        return result

    def dequantize(self, tensor: int, name: str) -> tuple[int, schema.OperatorT]:
        """Append a float32 tensor; return it with the new operator that writes it from `tensor`."""
        result = self.add_float(name, self.shape(tensor))
        options = schema.DequantizeOptionsT()
        return result, self.operator("DEQUANTIZE", 2, [tensor], [result], options)

    def quantize(self, source: int, target: int) -> schema.OperatorT:
        """Return a new operator that writes an int8 tensor from another tensor."""
        return self.operator("QUANTIZE", 1, [source], [target], schema.QuantizeOptionsT())

    def island(
        self,
        old: schema.OperatorT,
        float_ops: Callable[["Graph", list[int], int], list[schema.OperatorT]] | None = None,
    ) -> None:
        """Replace an int8 operator by float ones between DEQUANTIZE and QUANTIZE.

        Args:
          old: an operator with one output; its tensors keep their scales.
          float_ops: takes the graph, the float inputs and the float output, and returns the new operators; by
            default the same operator with the same options.
        """
        target, new, floats = int(old.outputs[0]), [], []
        for number, tensor in enumerate(map(int, old.inputs)):
            name = self.part_name(target, f"input{number}")
            if self.is_constant(tensor):
                floats.append(self.add_float_constant(name, self.real_values(tensor)))
            else:
                value, operator = self.dequantize(tensor, name)
                floats.append(value)
                new.append(operator)
        result = self.add_float(self.part_name(target, "output"), self.shape(target))
        if float_ops is None:
            new.append(self.operator(self.name(old), 1, floats, [result], old.builtinOptions))
        else:
            new += float_ops(self, floats, result)
        new.append(self.quantize(result, target))
        self.replace(old, new)

    def rename_custom(self, operator: schema.OperatorT, name: str) -> None:
        """Rename a custom operator; its version becomes 1."""
        code = copy.copy(self._model.operatorCodes[operator.opcodeIndex])
        code.customCode, code.version = name, 1
        self._model.operatorCodes.append(code)
        operator.opcodeIndex = len(self._model.operatorCodes) - 1

    def replace(self, old: schema.OperatorT, new: Sequence[schema.OperatorT]) -> None:
        """Replace one operator by others."""
        where = next(i for i, operator in enumerate(self.operators) if operator is old)
        self.operators[where : where + 1] = new

    def dump(self) -> bytes:
        """Return the file's bytes; the same edits of the same file give the same bytes."""
        self._drop_unused_codes()
        builder = _AligningBuilder(1 << 20)
        builder.Finish(self._model.Pack(builder), _IDENTIFIER)
        return bytes(builder.Output())

    def _add_buffer(self, data: bytes) -> int:
        # Equal constants are one: every pooling of a width has the same ones and zeros.
        for index in range(self._first_new_buffer, len(self._model.buffers)):
            if self._model.buffers[index].data.tobytes() == data:
                return index
        buffer = schema.BufferT()
        buffer.data = np.frombuffer(data, np.uint8)
        self._model.buffers.append(buffer)
        return len(self._model.buffers) - 1

    def _add(
        self,
        name: str,
        shape: Sequence[int],
        kind: int,
        buffer: int,
        quantization: tuple[float, int] | None,
    ) -> int:
        tensor = schema.TensorT()
        tensor.name = name
        tensor.shape = np.array(shape, np.int32)
        tensor.type = kind
        tensor.buffer = buffer
        tensor.hasRank = True
        if quantization is not None:
            tensor.quantization = schema.QuantizationParametersT()
            tensor.quantization.scale = np.array(quantization[:1], np.float32)
            tensor.quantization.zeroPoint = np.array(quantization[1:], np.int64)
        self.tensors.append(tensor)
        return len(self.tensors) - 1

    def _code(self, builtin: str, version: int) -> int:
        number = getattr(schema.BuiltinOperator, builtin)
        codes = self._model.operatorCodes
        for index, code in enumerate(codes):
            known = max(code.builtinCode, code.deprecatedBuiltinCode)
            if (known, code.version) == (number, version):
                return index
        code = schema.OperatorCodeT()
        code.builtinCode = number
        code.deprecatedBuiltinCode = min(number, _MAX_DEPRECATED_CODE)
        code.version = version
        codes.append(code)
        return len(codes) - 1

    def _drop_unused_codes(self) -> None:
        # A runtime that was built with the model's operators only looks up every code that the file lists.
        everywhere = [op for graph in self._model.subgraphs for op in graph.operators]
        used = sorted({operator.opcodeIndex for operator in everywhere})
        moved = {old: new for new, old in enumerate(used)}
        self._model.operatorCodes = [self._model.operatorCodes[index] for index in used]
        for operator in everywhere:
            operator.opcodeIndex = moved[operator.opcodeIndex]


class _AligningBuilder(flatbuffers.Builder):
    """Aligns byte vectors, which are constants, as the schema says."""

    def StartVector(self, elemSize: int, numElems: int, alignment: int) -> int:  # noqa: N802, N803
        wanted = _CONSTANT_ALIGNMENT if elemSize == 1 else alignment
        return super().StartVector(elemSize, numElems, wanted)
