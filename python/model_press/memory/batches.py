"""Runs many images through a model without the memory of many: as large a batch at once as a budget allows."""

import os

import numpy as np

from model_press import tflite_file
from model_press.errors import UserError
from model_press.memory import arena
from model_press.tf_quiet import capture_stderr
from model_press.tflite_interpreter import DEFAULT_THREADS


def largest_batch(main: tflite_file.TfliteFile, budget_bytes: int) -> int:
    """The largest batch whose planned arena fits into a budget.

    Args:
      main: a graph whose batch is dynamic or 1.
      budget_bytes: for activations; weights and the runtime come on top.
    Raises:
      UserError: not even one image fits.
    """
    one = arena.plan(main).arena_bytes
    if one > budget_bytes:
        raise UserError(
            f"one image needs {one / 1e6:.1f} MB of activations, the budget is {budget_bytes / 1e6:.1f} MB; see "
            "inspect --memory for what lowers it"
        )
    # Every activation has the batch as a factor, so the plan has, but for rounding to whole lines.
    batch = max(1, budget_bytes // max(1, one))
    while batch > 1 and plan_of_batch(main, batch).arena_bytes > budget_bytes:
        batch -= 1
    return batch


def plan_of_batch(main: tflite_file.TfliteFile, batch: int) -> arena.Plan:
    """The plan of a batch of a graph that is loaded with batch 1."""
    return arena.plan(main, lambda tensor: arena.tensor_bytes(tensor) * batch)


class BatchRunner:
    """Splits arrays of images into batches that fit.

    A model whose batch is fixed runs image by image (or by its own batch). Not thread-safe.

    Args:
      model: path of a .tflite with one input and one output, batch first.
      budget_bytes: for activations.
    Attributes:
      batch: how many images run at once.
    Raises:
      UserError: the runtime cannot load it, or not even one image fits.
    """

    def __init__(
        self, model: str | os.PathLike[str], budget_bytes: int, threads: int = DEFAULT_THREADS
    ):
        from ai_edge_litert import interpreter as litert

        main = tflite_file.read(model)
        signature = main.inputs[0].shape_signature
        self._dynamic = signature[0] < 1
        self.batch = largest_batch(main, budget_bytes) if self._dynamic else int(signature[0])
        try:
            with capture_stderr():
                self._interpreter = litert.Interpreter(model_path=str(model), num_threads=threads)
                self._interpreter.allocate_tensors()
        except (ValueError, RuntimeError) as error:
            raise UserError(f"LiteRT cannot load the model: {error}") from error
        self._input = self._interpreter.get_input_details()[0]["index"]
        self._output = self._interpreter.get_output_details()[0]["index"]
        self._loaded = int(self._interpreter.get_input_details()[0]["shape"][0])

    def run(self, images: np.ndarray) -> np.ndarray:
        """Raw outputs [N, ...] for inputs [N, ...] of the model's element type, N as large as you like."""
        outputs = []
        for start in range(0, len(images), self.batch):
            part = images[start : start + self.batch]
            count = len(part)
            if self._dynamic:
                self._load(count)
            elif count < self.batch:
                part = np.concatenate([part, np.repeat(part[-1:], self.batch - count, 0)])
            self._interpreter.set_tensor(self._input, part)
            self._interpreter.invoke()
            outputs.append(self._interpreter.get_tensor(self._output)[:count])
        return np.concatenate(outputs)

    def _load(self, batch: int) -> None:
        if batch == self._loaded:
            return
        with capture_stderr():
            shape = self._interpreter.get_input_details()[0]["shape"]
            self._interpreter.resize_tensor_input(self._input, [batch, *shape[1:]])
            self._interpreter.allocate_tensors()
        self._loaded = batch
