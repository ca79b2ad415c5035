"""Starts a probe process and talks to it."""

import json
import os
import subprocess
import sys
from typing import Any

from model_press.formats.errors import UserError
from model_press.measure.machine import counted
from model_press.process import child


class Process:
    """A model loaded in its own process, ready to be timed.

    Args:
      what: names it in errors, such as "net.tflite (1 thread, delegate none) in LiteRT".
      arguments: the module to run and its arguments.
    Attributes:
      ready: what the probe measured while loading (see probe.py).
    Raises:
      UserError: the runtime cannot load or run the model.
    """

    def __init__(self, what: str, arguments: list[str]):
        self._what = what
        self._process = subprocess.Popen(
            [sys.executable, "-m", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=child.environment(),
        )
        to, answers, said = self._process.stdin, self._process.stdout, self._process.stderr
        assert to and answers and said, "each is a pipe"
        self._to, self._from, self._said = to, answers, said
        self.ready: dict[str, Any] = self._answer()

    def run(self, count: int) -> list[float]:
        """Return the milliseconds of each of `count` inferences."""
        self._to.write(f"{count}\n")
        self._to.flush()
        times: list[float] = self._answer()
        return times

    def close(self) -> int:
        """End the process; return its peak resident memory in bytes."""
        self._to.close()
        peak: int = self._answer()["peak_memory_bytes"]
        self._process.wait()
        return peak

    def _answer(self) -> Any:
        line = self._from.readline()
        if not line:
            last = (self._said.read().strip().splitlines() or ["it said nothing"])[-1]
            raise UserError(f"{self._what} does not run: {last}")
        return json.loads(line)


class Probe(Process):
    """A .tflite in LiteRT; see probe.py. delegate: "xnnpack" or "none"."""

    def __init__(self, model: str, threads: int, delegate: str):
        super().__init__(
            f"{os.path.basename(model)} ({counted(threads, 'thread')}, delegate {delegate}) in LiteRT",
            ["model_press.measure.probe", model, str(threads), delegate],
        )


class KerasProbe(Process):
    """A Keras model in TensorFlow; see keras_probe.py. The path is a .keras, .h5 or zipped SavedModel."""

    def __init__(self, model: str, threads: int):
        super().__init__(
            f"{os.path.basename(model)} ({counted(threads, 'thread')}) in Keras",
            ["model_press.measure.keras_probe", model, str(threads)],
        )
