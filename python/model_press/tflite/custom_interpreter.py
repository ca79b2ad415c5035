"""Runs a .tflite with operators of one's own in LiteRT, by reference kernels in Python.

LiteRT's Python interpreter takes registering functions that call its C++ resolver, which the wheel does not export. The
C library beside it does take kernels, as four C functions each: here ctypes makes them from Python's. So the graph, the
delegate and all other kernels are the runtime's own.
"""

import ctypes
import dataclasses
import functools
import os
import pathlib
import weakref
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from flatbuffers import flexbuffers

from model_press.formats.errors import UserError
from model_press.keras_io.tf_quiet import capture_stderr
from model_press.tflite import reader
from model_press.tflite.custom_ops import Kernel, Kernels
from model_press.tflite.graph import Graph
from model_press.tflite.interpreter import DEFAULT_THREADS, XNNPACK, Delegate, Interpreter

_POINTER = ctypes.c_void_p
_OK, _FAILED = 0, 3
_VERSION = 1
_CPU, _HOST_MEMORY, _READ, _WRITE = 1, 1, 0, 1
_MAX_RANK = 8
_ELEMENT_TYPES = {
    "float32": 1,
    "int32": 2,
    "uint8": 3,
    "int64": 4,
    "bool": 6,
    "int16": 7,
    "int8": 9,
    "float16": 10,
    "float64": 11,
}


class _Layout(ctypes.Structure):
    """rank: with a flag for strides in bit 7."""

    _fields_ = (
        ("rank", ctypes.c_uint32),
        ("dimensions", ctypes.c_int32 * _MAX_RANK),
        ("strides", ctypes.c_uint32 * _MAX_RANK),
    )


class _TensorType(ctypes.Structure):
    _fields_ = (("element_type", ctypes.c_int32), ("layout", _Layout))


_INIT = ctypes.CFUNCTYPE(ctypes.c_int, _POINTER, _POINTER, ctypes.c_size_t)
_LAYOUTS = ctypes.CFUNCTYPE(
    *(ctypes.c_int, _POINTER, ctypes.c_size_t, ctypes.POINTER(_Layout)),
    *(ctypes.c_size_t, ctypes.POINTER(_Layout)),
)
_RUN = ctypes.CFUNCTYPE(
    *(ctypes.c_int, _POINTER, ctypes.c_size_t, ctypes.POINTER(_POINTER)),
    *(ctypes.c_size_t, ctypes.POINTER(_POINTER)),
)
_DESTROY = ctypes.CFUNCTYPE(ctypes.c_int, _POINTER)


class _KernelFunctions(ctypes.Structure):
    _fields_ = (("init", _INIT), ("layouts", _LAYOUTS), ("run", _RUN), ("destroy", _DESTROY))


def interpreter(
    model: bytes | str | os.PathLike[str],
    kernels: Kernels | None = None,
    threads: int = DEFAULT_THREADS,
    delegate: Delegate = XNNPACK,
) -> "Interpreter | CustomInterpreter":
    """The interpreter for a model: LiteRT's own where there are no kernels."""
    if not kernels:
        return Interpreter(model, threads, delegate)
    if delegate != XNNPACK:
        raise UserError(
            f"custom operators run with the delegate {XNNPACK} only, got {delegate}; leave `delegate` out"
        )
    return CustomInterpreter(model, kernels)


class CustomInterpreter:
    """Runs a TFLite classifier with custom operators on one image at a time, with XNNPACK where it applies.

    Args:
      model: the bytes of a .tflite file, or its path; static shapes.
      kernels: by operator; those that the model has not are left alone.
    Raises:
      UserError: an operator without a kernel, or a model that the runtime does not load.
    """

    def __init__(self, model: bytes | str | os.PathLike[str], kernels: Kernels):
        data = model if isinstance(model, bytes) else pathlib.Path(model).read_bytes()
        file = reader.parse(data, "the model" if isinstance(model, bytes) else f"model {model}")
        if missing := [name for name in file.custom_ops() if name not in kernels]:
            raise UserError(
                f"the model has custom operators without a reference kernel: {', '.join(missing)}; kernels are for "
                f"{', '.join(sorted(kernels))}; declare them all"
            )
        self._file = file
        self._failures: list[UserError] = []
        data, nodes = _nodes(data, file, kernels)
        with capture_stderr():
            self._load(data, nodes)

    def run(self, batch: np.ndarray) -> np.ndarray:
        """Raw output codes for an input of the model's exact shape and dtype.

        Raises:
          UserError: a kernel that fails, or gives other shapes than the file says.
        """
        wanted = self._file.inputs[0]
        if (batch.shape, batch.dtype) != (wanted.shape, np.dtype(wanted.dtype)):
            raise UserError(
                f"the input is {batch.dtype}{list(batch.shape)}, expected {wanted.dtype}{list(wanted.shape)}"
            )
        _write(self._input, batch)
        self._failures.clear()
        status = _library().LiteRtRunCompiledModel(
            *(self._compiled, ctypes.c_size_t(0)),
            *(ctypes.c_size_t(1), ctypes.byref(self._input)),
            *(ctypes.c_size_t(1), ctypes.byref(self._output)),
        )
        if self._failures:
            raise self._failures[0]
        _require(status, "run it")
        given = self._file.outputs[0]
        return _read(self._output, np.dtype(given.dtype), given.shape)

    def _load(self, data: bytes, nodes: Sequence["_Node"]) -> None:
        library, environment, made = _library(), _environment(), _Made()
        weakref.finalize(self, made.destroy)
        model = made.add(library.LiteRtDestroyModel)
        # The library reads the bytes for as long as the model lives.
        kept = made.keep(ctypes.create_string_buffer(data, len(data)))
        _require(
            library.LiteRtCreateModelFromBuffer(
                environment, kept, ctypes.c_size_t(len(data)), ctypes.byref(model)
            ),
            "read it",
        )
        options = made.add(library.LiteRtDestroyOptions)
        _require(library.LiteRtCreateOptions(ctypes.byref(options)), "make options")
        _require(
            library.LiteRtSetOptionsHardwareAccelerators(options, _CPU), "choose the processor"
        )
        for node in nodes:
            functions = made.keep(_functions(node, self._failures))
            _require(
                library.LiteRtAddCustomOpKernelOption(
                    options, node.name.encode(), _VERSION, ctypes.byref(functions), None
                ),
                f"take the kernel of {node.operator}",
            )
        self._compiled = made.add(library.LiteRtDestroyCompiledModel)
        _require(
            library.LiteRtCreateCompiledModel(
                environment, model, options, ctypes.byref(self._compiled)
            ),
            "prepare it",
        )
        self._input = _buffer(made, environment, self._file.inputs[0])
        self._output = _buffer(made, environment, self._file.outputs[0])


@dataclasses.dataclass(frozen=True)
class _Node:
    """A node of a custom operator, under a name that no other node has."""

    name: str
    operator: str
    kernel: Kernel
    options: Any
    inputs: tuple[reader.TensorInfo, ...]
    outputs: tuple[reader.TensorInfo, ...]


class _Made:
    """What the library made, to be destroyed in the opposite order, and what it must not lose before that."""

    def __init__(self) -> None:
        self._handles: list[tuple[Callable[[ctypes.c_void_p], Any], ctypes.c_void_p]] = []
        self._kept: list[Any] = []

    def add(self, destroy: Callable[[ctypes.c_void_p], Any]) -> ctypes.c_void_p:
        """A handle that is not set yet."""
        handle = _POINTER()
        self._handles.append((destroy, handle))
        return handle

    def keep(self, thing: Any) -> Any:
        self._kept.append(thing)
        return thing

    def destroy(self) -> None:
        for function, handle in reversed(self._handles):
            if handle:
                function(handle)
        self._handles.clear()
        self._kept.clear()


def _nodes(data: bytes, file: reader.TfliteFile, kernels: Kernels) -> tuple[bytes, list[_Node]]:
    """The model with a name of its own for each custom node: the library does not tell a kernel which one runs."""
    graph = Graph(data)
    found = []
    for index, operator in enumerate(graph.operators):
        known = file.operators[index]
        if not known.custom:
            continue
        node = _Node(
            name=f"{known.name}/{index}",
            operator=known.name,
            kernel=kernels[known.name],
            options=_options(operator.customOptions),
            inputs=tuple(file.tensors[i] for i in known.inputs if i >= 0),
            outputs=tuple(file.tensors[i] for i in known.outputs),
        )
        graph.rename_custom(operator, node.name)
        found.append(node)
    if len(found) < sum(operator.custom for operator in file.operators):
        raise UserError(
            f"the model has {', '.join(file.custom_ops())} inside control flow, where kernels are not run; move "
            "custom operators out of it"
        )
    return graph.dump(), found


def _options(raw: np.ndarray | None) -> Any:
    if raw is None or not len(raw):
        return {}
    data = np.asarray(raw, np.uint8).tobytes()
    try:
        return flexbuffers.Loads(data)
    except Exception:  # another format: the kernel's business
        return data


def _functions(node: _Node, failures: list[UserError]) -> _KernelFunctions:
    """A node's kernel as the library wants it. What goes wrong is appended to `failures`: C knows no exceptions."""

    def layouts(_: Any, inputs: int, given: Any, outputs: int, wanted: Any) -> int:
        for index, tensor in enumerate(node.outputs):
            wanted[index].rank = len(tensor.shape)
            for axis, size in enumerate(tensor.shape):
                wanted[index].dimensions[axis] = size
        return _OK

    def run(_: Any, inputs: int, given: Any, outputs: int, wanted: Any) -> int:
        try:
            arrays = [
                _read(_POINTER(given[i]), np.dtype(tensor.dtype), tensor.shape)
                for i, tensor in enumerate(node.inputs)
            ]
            results = _call(node, arrays)
            for index, result in enumerate(results):
                _write(_POINTER(wanted[index]), result)
        except UserError as error:
            failures.append(error)
            return _FAILED
        except Exception as error:  # whatever the kernel may do
            said = f"the reference kernel of {node.operator} fails with {type(error).__name__}: {error}"
            failures.append(UserError(said))
            return _FAILED
        return _OK

    return _KernelFunctions(
        _INIT(lambda *_: _OK), _LAYOUTS(layouts), _RUN(run), _DESTROY(lambda _: _OK)
    )


def _call(node: _Node, arrays: list[np.ndarray]) -> list[np.ndarray]:
    given = [np.asarray(result) for result in node.kernel(arrays, node.options)]
    found = [(result.dtype, result.shape) for result in given]
    expected = [(np.dtype(tensor.dtype), tensor.shape) for tensor in node.outputs]
    fits = len(found) == len(expected) and all(
        shape == wanted_shape and np.can_cast(dtype, wanted, "same_kind")
        for (dtype, shape), (wanted, wanted_shape) in zip(found, expected, strict=True)
    )
    if not fits:
        raise UserError(
            f"the reference kernel of {node.operator} gives {_shown(found)}, expected {_shown(expected)}, as "
            "the file says"
        )
    return [result.astype(wanted) for result, (wanted, _) in zip(given, expected, strict=True)]


def _shown(tensors: Sequence[tuple[np.dtype[Any], tuple[int, ...]]]) -> str:
    return ", ".join(f"{dtype}{list(shape)}" for dtype, shape in tensors) or "nothing"


@functools.cache
def _library() -> ctypes.CDLL:
    import ai_edge_litert

    return ctypes.CDLL(str(pathlib.Path(ai_edge_litert.__file__).parent / "libLiteRt.so"))


@functools.cache
def _environment() -> ctypes.c_void_p:
    """The library's environment, one for the process: it looks for accelerators, and says so."""
    environment = _POINTER()
    _require(_library().LiteRtCreateEnvironment(0, None, ctypes.byref(environment)), "start")
    return environment


def _require(status: int, what: str) -> None:
    if status != _OK:
        raise UserError(
            f"LiteRT cannot {what} (status {status}); check the model, and the inputs of its custom operators"
        )


def _buffer(
    made: _Made, environment: ctypes.c_void_p, tensor: reader.TensorInfo
) -> ctypes.c_void_p:
    kind = _TensorType(_ELEMENT_TYPES[tensor.dtype])
    kind.layout.rank = len(tensor.shape)
    for axis, size in enumerate(tensor.shape):
        kind.layout.dimensions[axis] = size
    size = int(np.prod(tensor.shape)) * np.dtype(tensor.dtype).itemsize
    handle = made.add(_library().LiteRtDestroyTensorBuffer)
    _require(
        _library().LiteRtCreateManagedTensorBuffer(
            environment,
            _HOST_MEMORY,
            ctypes.byref(kind),
            ctypes.c_size_t(size),
            ctypes.byref(handle),
        ),
        "make a buffer",
    )
    return handle


def _locked(buffer: ctypes.c_void_p, mode: int, use: Callable[[int], Any]) -> Any:
    address = _POINTER()
    _require(
        _library().LiteRtLockTensorBuffer(buffer, ctypes.byref(address), mode), "reach a buffer"
    )
    try:
        return use(address.value)
    finally:
        _library().LiteRtUnlockTensorBuffer(buffer)


def _read(buffer: ctypes.c_void_p, dtype: np.dtype[Any], shape: Sequence[int]) -> np.ndarray:
    size = int(np.prod(shape)) * dtype.itemsize
    data = _locked(buffer, _READ, lambda address: ctypes.string_at(address, size))
    return np.frombuffer(data, dtype).reshape(shape)


def _write(buffer: ctypes.c_void_p, values: np.ndarray) -> None:
    data = np.ascontiguousarray(values)
    _locked(buffer, _WRITE, lambda address: ctypes.memmove(address, data.ctypes.data, data.nbytes))
