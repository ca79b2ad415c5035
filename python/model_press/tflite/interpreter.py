"""A thin wrapper around LiteRT's interpreter, with its notices off."""

import os
from typing import Any, Literal

import numpy as np

from model_press.formats.errors import UserError
from model_press.process.tf_quiet import capture_stderr

DEFAULT_THREADS = min(4, os.cpu_count() or 1)
Delegate = Literal["xnnpack", "none"]
XNNPACK: Delegate = "xnnpack"
NO_DELEGATE: Delegate = "none"


def load(
    model: bytes | str | os.PathLike[str],
    threads: int,
    delegate: Delegate,
    preserve_all_tensors: bool = False,
) -> Any:
    """Return LiteRT's interpreter of a model (bytes or path), its tensors allocated.

    Raises:
      UserError: the model cannot be loaded by this runtime.
    """
    from ai_edge_litert import interpreter as litert  # costs 0.2 s

    resolver = litert.OpResolverType
    source = {"model_content": model} if isinstance(model, bytes) else {"model_path": str(model)}
    try:
        with capture_stderr():
            loaded = litert.Interpreter(
                num_threads=threads,
                experimental_op_resolver_type=resolver.AUTO
                if delegate == XNNPACK
                else resolver.BUILTIN_WITHOUT_DEFAULT_DELEGATES,
                experimental_preserve_all_tensors=preserve_all_tensors,
                **source,
            )
            loaded.allocate_tensors()
    except (ValueError, RuntimeError) as error:
        raise UserError(f"LiteRT cannot load the model: {error}") from error
    return loaded


class Interpreter:
    """Runs a TFLite classifier on one image at a time.

    Args:
      model: the bytes of a .tflite file, or its path.
      threads: number of threads.
      delegate: XNNPACK where it applies, or NO_DELEGATE for the built-in kernels alone. Both are right, and their
        integer kernels round differently.
      keep_tensors: keep inner tensors as well, see DebugInterpreter.
    Raises:
      UserError: the model cannot be loaded by this runtime.
    """

    def __init__(
        self,
        model: bytes | str | os.PathLike[str],
        threads: int = DEFAULT_THREADS,
        delegate: Delegate = XNNPACK,
        keep_tensors: bool = False,
    ):
        self._interpreter = load(model, threads, delegate, keep_tensors)
        self._input = self._interpreter.get_input_details()[0]["index"]
        self._output = self._interpreter.get_output_details()[0]["index"]

    def run(self, batch: np.ndarray) -> np.ndarray:
        """Return the raw quantized output for an input of the model's exact shape and dtype."""
        self._interpreter.set_tensor(self._input, batch)
        self._interpreter.invoke()
        output: np.ndarray = self._interpreter.get_tensor(self._output)
        return output


class DebugInterpreter(Interpreter):
    """Runs a TFLite model by the built-in kernels and keeps every tensor, inner ones too, to be read afterwards."""

    def __init__(self, model: str | os.PathLike[str], threads: int = DEFAULT_THREADS):
        super().__init__(model, threads, NO_DELEGATE, keep_tensors=True)

    def tensor(self, index: int) -> np.ndarray:
        """Return a copy of a tensor by its index in the file."""
        values: np.ndarray = self._interpreter.get_tensor(index)
        return values
