"""Runs a .tflite with custom operators in LiteRT, by reference kernels written in Python.

LiteRT's Python interpreter cannot register Python kernels: its registration functions call a C++ resolver that the
wheel does not export. The C library of the same wheel takes kernels as C functions, which litert_c.py makes from
Python functions. The graph, the delegate and all other kernels are the runtime's own.
"""

import ctypes
import dataclasses
import os
import pathlib
import weakref
from collections.abc import Sequence
from typing import Any

import numpy as np
from flatbuffers import flexbuffers

from model_press.formats.errors import UserError
from model_press.process.tf_quiet import capture_stderr
from model_press.tflite import litert_c, reader
from model_press.tflite.custom_ops import Kernel, Kernels
from model_press.tflite.graph import Graph
from model_press.tflite.interpreter import DEFAULT_THREADS, XNNPACK, Delegate, Interpreter


def interpreter(
    model: bytes | str | os.PathLike[str],
    kernels: Kernels | None = None,
    threads: int = DEFAULT_THREADS,
    delegate: Delegate = XNNPACK,
) -> "Interpreter | CustomInterpreter":
    """Return an interpreter for a model: LiteRT's own if there are no kernels."""
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
      kernels: by operator; kernels that the model does not need are ignored.
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
        """Return the raw quantized output for an input of the model's exact shape and dtype.

        Raises:
          UserError: a kernel fails or returns other shapes than the file declares.
        """
        wanted = self._file.inputs[0]
        if (batch.shape, batch.dtype) != (wanted.shape, np.dtype(wanted.dtype)):
            raise UserError(
                f"the input is {batch.dtype}{list(batch.shape)}, expected {wanted.dtype}{list(wanted.shape)}"
            )
        litert_c.write(self._input, batch)
        self._failures.clear()
        ends = (self._input, self._output)
        buffers = [part for end in ends for part in (ctypes.c_size_t(1), ctypes.byref(end))]
        try:
            litert_c.call(
                "run it", "LiteRtRunCompiledModel", self._compiled, ctypes.c_size_t(0), *buffers
            )
        finally:
            if self._failures:
                raise self._failures[0]
        output = self._file.outputs[0]
        return litert_c.read(self._output, np.dtype(output.dtype), output.shape)

    def _load(self, data: bytes, nodes: Sequence["_Node"]) -> None:
        call, byref = litert_c.call, ctypes.byref
        library, environment = litert_c.library(), litert_c.environment()
        handles = litert_c.Handles()
        weakref.finalize(self, handles.destroy)
        model = handles.add(library.LiteRtDestroyModel)
        # The library reads the bytes for as long as the model lives.
        kept = handles.keep(ctypes.create_string_buffer(data, len(data)))
        size = ctypes.c_size_t(len(data))
        call("read it", "LiteRtCreateModelFromBuffer", environment, kept, size, byref(model))
        options = handles.add(library.LiteRtDestroyOptions)
        call("make options", "LiteRtCreateOptions", byref(options))
        accelerators = "LiteRtSetOptionsHardwareAccelerators"
        call("choose the processor", accelerators, options, litert_c.CPU)
        for node in nodes:
            functions = handles.keep(_functions(node, self._failures))
            kernel = (node.name.encode(), litert_c.KERNEL_VERSION, byref(functions), None)
            what = f"take the kernel of {node.operator}"
            call(what, "LiteRtAddCustomOpKernelOption", options, *kernel)
        self._compiled = handles.add(library.LiteRtDestroyCompiledModel)
        compiled = byref(self._compiled)
        call("prepare it", "LiteRtCreateCompiledModel", environment, model, options, compiled)
        self._input = litert_c.create_buffer(handles, self._file.inputs[0])
        self._output = litert_c.create_buffer(handles, self._file.outputs[0])


@dataclasses.dataclass(frozen=True)
class _Node:
    """A node of a custom operator, with a unique name."""

    name: str
    operator: str
    kernel: Kernel
    options: Any
    inputs: tuple[reader.TensorInfo, ...]
    outputs: tuple[reader.TensorInfo, ...]


def _nodes(data: bytes, file: reader.TfliteFile, kernels: Kernels) -> tuple[bytes, list[_Node]]:
    """Return the model with a unique name for each custom node, and the nodes.

    The library does not tell a kernel which node runs.
    """
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
    except Exception:  # another format: left to the kernel
        return data


def _functions(node: _Node, failures: list[UserError]) -> litert_c.KernelFunctions:
    """Return the C functions of a node's kernel, which append errors to `failures`."""

    def layouts(_: Any, input_count: int, inputs: Any, output_count: int, outputs: Any) -> int:
        for index, tensor in enumerate(node.outputs):
            outputs[index].rank = len(tensor.shape)
            for axis, size in enumerate(tensor.shape):
                outputs[index].dimensions[axis] = size
        return litert_c.OK

    def run(_: Any, input_count: int, inputs: Any, output_count: int, outputs: Any) -> int:
        try:
            arrays = [
                litert_c.read(litert_c.POINTER(inputs[i]), np.dtype(tensor.dtype), tensor.shape)
                for i, tensor in enumerate(node.inputs)
            ]
            results = _call(node, arrays)
            for index, result in enumerate(results):
                litert_c.write(litert_c.POINTER(outputs[index]), result)
        except UserError as error:
            failures.append(error)
            return litert_c.FAILED
        except Exception as error:
            said = f"the reference kernel of {node.operator} fails with {type(error).__name__}: {error}"
            failures.append(UserError(said))
            return litert_c.FAILED
        return litert_c.OK

    return litert_c.kernel_functions(layouts, run)


def _call(node: _Node, arrays: list[np.ndarray]) -> list[np.ndarray]:
    results = [np.asarray(result) for result in node.kernel(arrays, node.options)]
    found = [(result.dtype, result.shape) for result in results]
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
    return [result.astype(wanted) for result, (wanted, _) in zip(results, expected, strict=True)]


def _shown(tensors: Sequence[tuple[np.dtype[Any], tuple[int, ...]]]) -> str:
    return ", ".join(f"{dtype}{list(shape)}" for dtype, shape in tensors) or "nothing"
