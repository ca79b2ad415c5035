"""A thin wrapper around LiteRT's interpreter, with its notices off."""

import os

import numpy as np

from model_press.errors import UserError
from model_press.tf_quiet import capture_stderr

DEFAULT_THREADS = min(4, os.cpu_count() or 1)


class Interpreter:
    """Runs a TFLite classifier on one image at a time (XNNPACK where it applies).

    Args:
      model: the bytes of a .tflite file, or its path.
      threads: number of threads.
    Raises:
      UserError: the model cannot be loaded by this runtime.
    """

    def __init__(self, model: bytes | str | os.PathLike, threads: int = DEFAULT_THREADS):
        from ai_edge_litert.interpreter import Interpreter as LiteRt  # costs 0.2 s

        source = (
            {"model_content": model} if isinstance(model, bytes) else {"model_path": str(model)}
        )
        try:
            with capture_stderr():
                self._interpreter = LiteRt(num_threads=threads, **source)
                self._interpreter.allocate_tensors()
        except (ValueError, RuntimeError) as error:
            raise UserError(f"LiteRT cannot load the model: {error}") from error
        self._input = self._interpreter.get_input_details()[0]["index"]
        self._output = self._interpreter.get_output_details()[0]["index"]

    def run(self, batch: np.ndarray) -> np.ndarray:
        """Raw output codes for an input of the model's exact shape and dtype."""
        self._interpreter.set_tensor(self._input, batch)
        self._interpreter.invoke()
        return self._interpreter.get_tensor(self._output)
