"""Starts probe.py and talks to it."""

import json
import os
import subprocess
import sys
from typing import Any

from model_press.errors import UserError


class Probe:
    """A model loaded in its own process, ready to be timed.

    Args:
      model: path of the .tflite.
      threads: number of threads.
      delegate: "xnnpack" or "none".
    Attributes:
      ready: what the probe measured while loading (see probe.py).
    Raises:
      UserError: the runtime cannot load or run the model.
    """

    def __init__(self, model: str, threads: int, delegate: str):
        self._what = f"{os.path.basename(model)} ({threads} threads, delegate {delegate})"
        self._process = subprocess.Popen(
            [sys.executable, "-m", "model_press.measure.probe", model, str(threads), delegate],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        )
        self.ready: dict[str, Any] = self._answer()

    def run(self, count: int) -> list[float]:
        """Milliseconds of each of `count` inferences."""
        self._process.stdin.write(f"{count}\n")
        self._process.stdin.flush()
        return self._answer()

    def close(self) -> int:
        """Ends the process; returns its peak resident memory in bytes."""
        self._process.stdin.close()
        peak = self._answer()["peak_memory_bytes"]
        self._process.wait()
        return peak

    def _answer(self) -> Any:
        line = self._process.stdout.readline()
        if not line:
            last = (self._process.stderr.read().strip().splitlines() or ["it said nothing"])[-1]
            raise UserError(f"{self._what} does not run in LiteRT: {last}")
        return json.loads(line)
