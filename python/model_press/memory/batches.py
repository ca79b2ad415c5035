"""Runs many images through a .tflite without the memory of many: as large a batch at once as a budget allows.

    scores = run_in_batches("model.tflite", images, budget_bytes=50_000_000)

The budget is for the planned arena (arena.py), which `inspect --memory --budget-mb` shows. Weights, the images and the
answers come on top, and what kernels allocate for themselves: XNNPACK kept up to one tensor an image more than planned.
"""

import os
from collections.abc import Iterator
from typing import Any

import numpy as np

from model_press.formats.errors import UserError
from model_press.process.tf_quiet import capture_stderr
from model_press.tflite import arena, reader, source
from model_press.tflite.interpreter import DEFAULT_THREADS
from model_press.tflite.reader import TensorInfo, TfliteFile

# Tolerance of floats, for sums in another order; a mixture of images is far beyond it.
_RELATIVE = 1e-3
# Two probe images must differ by this multiple of the tolerance, so that a batch that mixes them is detectable.
_APART = 4
# Ranges of float inputs: -1 to 1 (covers 0 to 1), or pixel values.
_RANGES: tuple[tuple[float, float], ...] = ((-1.0, 1.0), (0.0, 255.0))


def run_in_batches(
    model: str | os.PathLike[str],
    images: np.ndarray,
    budget_bytes: int,
    threads: int = DEFAULT_THREADS,
) -> np.ndarray:
    """Return the raw outputs [N, ...] of N images, whose planned arena stays within a budget.

    Args:
      model: path of a .tflite with one input and one output, batch first.
      images: [N, ...] of the input's shape and element type, as preprocess.encode_input makes them.
      budget_bytes: for activations.
      threads: number of threads.
    Raises:
      UserError: what BatchRunner and its run raise.
    """
    return BatchRunner(model, budget_bytes, threads).run(images)


def largest_batch(main: TfliteFile, budget_bytes: int) -> int:
    """Return the largest batch whose planned arena fits into a budget, of a graph whose batch can be resized.

    Args:
      main: the main graph's operators, see reader.main_graph.
      budget_bytes: for activations; weights and the runtime come on top.
    Raises:
      UserError: not even one image fits.
    """
    one = plan_of_batch(main, 1).arena_bytes
    if one > budget_bytes:
        raise _too_large("one image needs", one, budget_bytes)
    # Every activation has the batch as a factor, so the plan has, but for rounding to whole lines.
    batch = max(1, budget_bytes // max(1, one))
    while batch > 1 and plan_of_batch(main, batch).arena_bytes > budget_bytes:
        batch -= 1
    return batch


def plan_of_batch(main: TfliteFile, batch: int) -> arena.Plan:
    """Return the plan of a graph that is resized to a batch; from batch 1, all activations grow."""
    own = own_batch(main)

    def size(tensor: TensorInfo) -> int:
        size = arena.tensor_bytes(tensor)
        return size * batch // own if _grows(tensor, own) else size

    return arena.plan(main, size)


def shape_in_batch(main: TfliteFile, tensor: TensorInfo, batch: int) -> tuple[int, ...]:
    """Return the shape of an activation in that plan."""
    own = own_batch(main)
    if not tensor.shape or not _grows(tensor, own):
        return tensor.shape
    return (tensor.shape[0] * batch // own, *tensor.shape[1:])


def _grows(tensor: TensorInfo, own: int) -> bool:
    # A multiple of the own batch is that merged with another axis.
    return own == 1 or bool(tensor.shape and tensor.shape[0] % own == 0)


def own_batch(main: TfliteFile) -> int:
    """Return the batch that a model is loaded with."""
    shape = main.inputs[0].shape if main.inputs else ()
    return max(1, shape[0]) if shape else 1


def _too_large(what: str, needed: int, budget: int, cure: str = "") -> UserError:
    return UserError(
        f"{what} {needed / 1e6:.3g} MB of activations, expected at most the budget of {budget / 1e6:.3g} MB; "
        f"{cure}raise the budget, or see what lowers the peak: inspect --memory without a budget"
    )


def _trials(shape: tuple[int, ...], kind: np.dtype[Any]) -> Iterator[np.ndarray]:
    """Return synthetic images of each possible range: noise, then a dark and a bright one."""
    ranges, end = _RANGES, 0.0
    if np.issubdtype(kind, np.integer):
        limits = np.iinfo(kind)
        # The last number is as wide as the others.
        ranges, end = ((float(limits.min), float(limits.max)),), 1.0
    for low, high in ranges:
        below = np.nextafter(np.float32(high + end), np.float32(low))
        for spread in (1.0, 0.25):
            rng, images = np.random.default_rng(0), np.empty(shape, kind)
            # One by one and in place: what this takes comes on top of the images' activations.
            for place in range(len(images)):
                values = np.asarray(rng.random(shape[1:], np.float32))
                values *= spread * (high + end - low)
                values += low + (1 - spread) * place * (high + end - low)
                np.minimum(values, below, out=values)
                images[place] = np.floor(values, out=values) if end else values
            yield images


def _distance(first: np.ndarray, second: np.ndarray) -> float:
    return float(np.abs(first.astype(np.float64) - second).max())


class BatchRunner:
    """Splits arrays of images into batches that fit.

    The model's batch is resized where the runtime can, and where two images then answer as each alone, which is tried
    on made-up ones that the model tells apart. Else it runs by its own batch, which is 1 of most. Not thread-safe.

    Args:
      model: path of a .tflite with one input and one output, batch first.
      budget_bytes: for activations.
      threads: number of threads.
    Attributes:
      batch: the most images that run at once.
    Raises:
      UserError: no such model, the runtime cannot load it, or not even one image fits, or not its own batch.
    """

    def __init__(
        self,
        model: str | os.PathLike[str],
        budget_bytes: int,
        threads: int = DEFAULT_THREADS,
    ):
        with source.opened(model, bounded=False) as (data, file):
            main = reader.main_graph(data, file, f"model {model}")
        ports = len(main.inputs), len(main.outputs)
        if ports != (1, 1) or not main.inputs[0].shape:
            raise UserError(
                f"model {model} has {ports[0]} inputs and {ports[1]} outputs, expected one of each with the batch "
                "first; run it image by image"
            )
        self._model, self._threads = os.fspath(model), threads
        self._own = own_batch(main)
        self._shape, self._dtype = main.inputs[0].shape[1:], main.inputs[0].dtype
        self.batch = largest_batch(main, budget_bytes)
        self._open()
        self._resizable = (self._own, self.batch) == (1, 1) or self._resizes()
        if not self._resizable:
            self.batch, needed = self._own, arena.plan(main).arena_bytes
            if needed > budget_bytes:
                what = f"the model's own batch of {self._own}, which cannot be resized, needs"
                raise _too_large(what, needed, budget_bytes, "convert it with batch 1, ")
        # What was tried may have broken it, or grown the arena.
        self._open()

    def run(self, images: np.ndarray) -> np.ndarray:
        """Return the raw outputs [N, ...] for inputs [N, ...] of the model's element type, for any N.

        Raises:
          UserError: images of another shape or element type, or a batch that the runtime cannot allocate.
        """
        if images.shape[1:] != self._shape or images.dtype.name != self._dtype:
            raise UserError(
                f"images are {images.dtype.name} {list(images.shape)}, expected {self._dtype} "
                f"{['N', *self._shape]} as the model takes them; make them with preprocess.encode_input"
            )
        if not len(images):
            some = np.zeros((1 if self._resizable else self._own, *self._shape), self._dtype)
            return self._infer(some)[:0]
        outputs = []
        for start in range(0, len(images), self.batch):
            part = images[start : start + self.batch]
            count = len(part)
            if count < self.batch and not self._resizable:
                part = np.concatenate([part, np.repeat(part[-1:], self.batch - count, 0)])
            outputs.append(self._infer(part)[:count])
        return np.concatenate(outputs)

    def _open(self) -> None:
        from ai_edge_litert import interpreter as litert

        self._interpreter: Any = None  # the old one's memory first
        try:
            with capture_stderr():
                self._interpreter = litert.Interpreter(
                    model_path=self._model, num_threads=self._threads
                )
                self._interpreter.allocate_tensors()
        except (ValueError, RuntimeError) as error:
            raise UserError(f"LiteRT cannot load the model: {error}") from error
        self._input = self._interpreter.get_input_details()[0]["index"]
        self._output = self._interpreter.get_output_details()[0]["index"]
        self._loaded = self._own

    def _infer(self, part: np.ndarray) -> np.ndarray:
        try:
            if len(part) != self._loaded:
                self._loaded = 0  # a resize that fails leaves it neither as it was nor as asked
                with capture_stderr():
                    self._interpreter.resize_tensor_input(self._input, part.shape)
                    self._interpreter.allocate_tensors()
                self._loaded = len(part)
            self._interpreter.set_tensor(self._input, part)
            self._interpreter.invoke()
        except (ValueError, RuntimeError) as error:
            raise UserError(
                f"LiteRT cannot run {len(part)} images at once: {error}; lower the budget"
            ) from error
        output: np.ndarray = self._interpreter.get_tensor(self._output)
        return output

    def _resizes(self) -> bool:
        """Return whether two images at once answer as each alone; a shape in the graph may forbid or mix them.

        Only a pair of images with different answers can show a mixture.
        """
        for images in _trials((min(2, self.batch), *self._shape), np.dtype(self._dtype)):
            try:
                together = self._infer(images)
                alone = np.concatenate([self._infer(image[None]) for image in images])
            except UserError:
                return False
            if together.shape != alone.shape or len(alone) != len(images):
                return False
            if not np.isfinite(alone).all():
                continue  # a root of what is below 0: no image of such a model
            allowed = 1.0 if np.issubdtype(alone.dtype, np.integer) else _RELATIVE * np.ptp(alone)
            if not _distance(together, alone) <= allowed:
                return False
            if len(alone) == 1 or _distance(*alone) > _APART * allowed:
                return True
        return False
