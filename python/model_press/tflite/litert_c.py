"""Binds the parts of LiteRT's C library that custom operator kernels need, by ctypes."""

import ctypes
import functools
import pathlib
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from model_press.formats.errors import UserError
from model_press.tflite import reader

POINTER = ctypes.c_void_p
OK, FAILED = 0, 3
KERNEL_VERSION = 1
CPU, _HOST_MEMORY, _READ, _WRITE = 1, 1, 0, 1
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


_INIT = ctypes.CFUNCTYPE(ctypes.c_int, POINTER, POINTER, ctypes.c_size_t)
_LAYOUTS = ctypes.CFUNCTYPE(
    *(ctypes.c_int, POINTER, ctypes.c_size_t, ctypes.POINTER(_Layout)),
    *(ctypes.c_size_t, ctypes.POINTER(_Layout)),
)
_RUN = ctypes.CFUNCTYPE(
    *(ctypes.c_int, POINTER, ctypes.c_size_t, ctypes.POINTER(POINTER)),
    *(ctypes.c_size_t, ctypes.POINTER(POINTER)),
)
_DESTROY = ctypes.CFUNCTYPE(ctypes.c_int, POINTER)


class KernelFunctions(ctypes.Structure):
    """The four C functions of a custom operator kernel."""

    _fields_ = (("init", _INIT), ("layouts", _LAYOUTS), ("run", _RUN), ("destroy", _DESTROY))


def kernel_functions(layouts: Callable[..., int], run: Callable[..., int]) -> KernelFunctions:
    """Return a kernel that needs neither preparation nor cleaning up."""
    return KernelFunctions(
        _INIT(lambda *_: OK), _LAYOUTS(layouts), _RUN(run), _DESTROY(lambda _: OK)
    )


class Handles:
    """Objects of the library, destroyed in reverse order, and the Python objects that they use until then."""

    def __init__(self) -> None:
        self._handles: list[tuple[Callable[[ctypes.c_void_p], Any], ctypes.c_void_p]] = []
        self._kept: list[Any] = []

    def add(self, destroy: Callable[[ctypes.c_void_p], Any]) -> ctypes.c_void_p:
        """Return a handle that is not set yet."""
        handle = POINTER()
        self._handles.append((destroy, handle))
        return handle

    def keep(self, thing: Any) -> Any:
        """Keep a Python object alive until destroy()."""
        self._kept.append(thing)
        return thing

    def destroy(self) -> None:
        """Destroy all objects of the library."""
        for function, handle in reversed(self._handles):
            if handle:
                function(handle)
        self._handles.clear()
        self._kept.clear()


@functools.cache
def library() -> ctypes.CDLL:
    """Return the C library of the LiteRT wheel."""
    import ai_edge_litert

    return ctypes.CDLL(str(pathlib.Path(ai_edge_litert.__file__).parent / "libLiteRt.so"))


@functools.cache
def environment() -> ctypes.c_void_p:
    """Return the library's environment, one per process: creating it probes accelerators and logs that."""
    created = POINTER()
    call("start", "LiteRtCreateEnvironment", 0, None, ctypes.byref(created))
    return created


def call(what: str, function: str, *arguments: Any) -> None:
    """Call a function of the library; raise a UserError that it cannot do `what` if the call fails."""
    status = getattr(library(), function)(*arguments)
    if status != OK:
        raise UserError(
            f"LiteRT cannot {what} (status {status}); check the model, and the inputs of its custom operators"
        )


def create_buffer(handles: Handles, tensor: reader.TensorInfo) -> ctypes.c_void_p:
    """Create a buffer for a tensor."""
    kind = _TensorType(_ELEMENT_TYPES[tensor.dtype])
    kind.layout.rank = len(tensor.shape)
    for axis, size in enumerate(tensor.shape):
        kind.layout.dimensions[axis] = size
    bytes_ = ctypes.c_size_t(int(np.prod(tensor.shape)) * np.dtype(tensor.dtype).itemsize)
    handle = handles.add(library().LiteRtDestroyTensorBuffer)
    arguments = (environment(), _HOST_MEMORY, ctypes.byref(kind), bytes_, ctypes.byref(handle))
    call("make a buffer", "LiteRtCreateManagedTensorBuffer", *arguments)
    return handle


def _locked(buffer: ctypes.c_void_p, mode: int, use: Callable[[int], Any]) -> Any:
    address = POINTER()
    call("reach a buffer", "LiteRtLockTensorBuffer", buffer, ctypes.byref(address), mode)
    try:
        return use(address.value)
    finally:
        library().LiteRtUnlockTensorBuffer(buffer)


def read(buffer: ctypes.c_void_p, dtype: np.dtype[Any], shape: Sequence[int]) -> np.ndarray:
    """Return the contents of a buffer."""
    size = int(np.prod(shape)) * dtype.itemsize
    data = _locked(buffer, _READ, lambda address: ctypes.string_at(address, size))
    return np.frombuffer(data, dtype).reshape(shape)


def write(buffer: ctypes.c_void_p, values: np.ndarray) -> None:
    """Copy values into a buffer."""
    data = np.ascontiguousarray(values)
    _locked(buffer, _WRITE, lambda address: ctypes.memmove(address, data.ctypes.data, data.nbytes))
