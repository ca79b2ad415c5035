"""A .tflite graph whose input and outputs can be changed, with the signature that names them."""

from collections.abc import Sequence

import numpy as np
from ai_edge_litert import schema_py_generated as schema

from model_press.formats.errors import UserError
from model_press.tflite.graph import Graph


class PortGraph(Graph):
    """A Graph with one input and one output to begin with.

    Raises:
      UserError: more of either.
    """

    def __init__(self, data: bytes):
        super().__init__(data)
        self._main = self._model.subgraphs[0]
        if len(self._main.inputs) != 1 or len(self._main.outputs) != 1:
            raise UserError(
                f"the model has {len(self._main.inputs)} inputs and {len(self._main.outputs)} outputs, "
                "expected one image in and one row of scores out"
            )

    @property
    def input(self) -> int:
        """Index of the input tensor."""
        return int(self._main.inputs[0])

    @property
    def output(self) -> int:
        """Index of the first output tensor."""
        return int(self._main.outputs[0])

    def dtype(self, tensor: int) -> str:
        """Return the element type by its NumPy name, such as "uint8"."""
        return _DTYPES[self.tensors[tensor].type]

    def scale(self, tensor: int) -> tuple[float, int] | None:
        """Return (scale, zero point), or None if the tensor has none."""
        info = self.tensors[tensor].quantization
        if info is None or info.scale is None or len(info.scale) == 0:
            return None
        return float(info.scale[0]), int(info.zeroPoint[0])

    def add_value(
        self,
        name: str,
        shape: Sequence[int],
        dtype: str,
        quantization: tuple[float, int] | None = None,
    ) -> int:
        """Append a tensor that an operator will write; return its index."""
        return self._add(name, shape, _KINDS[dtype], 0, quantization)

    def add_integers(self, name: str, values: Sequence[int] | int) -> int:
        """Append an int32 constant, a vector or a scalar; return its index."""
        array = np.asarray(values, "<i4")
        return self._add(
            name, array.shape, schema.TensorType.INT32, self._add_buffer(array.tobytes()), None
        )

    def make_input(self, shape: Sequence[int]) -> None:
        """Give the input tensor another shape and the type uint8 of pixel values 0..255."""
        tensor = self.tensors[self.input]
        tensor.shape = np.array(shape, np.int32)
        tensor.shapeSignature = None
        tensor.type = schema.TensorType.UINT8
        tensor.quantization = None

    def make_outputs(self, outputs: dict[str, int]) -> None:
        """Make tensors the outputs, in their order, by these names in every signature."""
        self._main.outputs = np.array(list(outputs.values()), np.int32)
        self._outputs = set(outputs.values())
        for signature in self._model.signatureDefs or []:
            signature.outputs = []
            for name, tensor in outputs.items():
                entry = schema.TensorMapT()
                entry.name, entry.tensorIndex = name, tensor
                signature.outputs.append(entry)

    def writer(self, tensor: int) -> schema.OperatorT | None:
        """Return the operator that writes a tensor, or None for an input or a constant."""
        return next((op for op in self.operators if tensor in op.outputs), None)


_KINDS = {
    name.lower(): value for name, value in vars(schema.TensorType).items() if isinstance(value, int)
}
_DTYPES = {value: name for name, value in _KINDS.items()}
