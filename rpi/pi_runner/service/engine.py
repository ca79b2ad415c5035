"""The classifiers of a service, which process one picture at a time."""

import collections
import os
import pathlib
import tempfile
import threading
import time
from collections.abc import Iterable
from typing import Any

import numpy as np

from pi_runner import photo
from pi_runner.bundle import Bundle, short_name
from pi_runner.classifier import Classifier
from pi_runner.service.limits import Limits

_KEPT_TIMES = 1000


class BusyError(Exception):
    """More work than the limits allow; the client may come again."""


class Engine:
    """Classifies uploaded pictures under the limits and knows whether it is well.

    Args:
      bundle: the models; the default variant, or `variant`, is loaded at once, others when first asked for.
      variant: full or short name of the variant that answers unless a request names another; None for the default.
      threads: threads of the interpreter.
      limits: bounds.
    """

    def __init__(self, bundle: Bundle, variant: str | None, threads: int, limits: Limits):
        self._bundle = bundle
        self._threads = threads
        self._limits = limits
        self._lock = threading.Lock()
        self._slots = threading.BoundedSemaphore(limits.concurrency)
        self._loaded: dict[str, Classifier] = {}
        self._files: dict[pathlib.Path, int] = {}
        self._manifests = {name: bundle.manifest(name) for name in bundle.names}
        self._times: collections.deque[float] = collections.deque(maxlen=_KEPT_TIMES)
        self._invoke_times: dict[str, collections.deque[float]] = {}
        self._answered = 0
        self._busy_since: float | None = None
        self._started = time.monotonic()
        self.default = self._get(variant).variant.name

    def classify(self, body: bytes, name: str, variant: str | None, top: int) -> dict[str, Any]:
        """Return the JSON object of one picture.

        Raises:
          UserError: the picture or the variant's name is wrong.
          BusyError: too many requests are waiting, or the turn did not come in time.
        """
        if not self._slots.acquire(blocking=False):
            raise BusyError(
                f"{self._limits.concurrency} pictures are already waiting; try again later"
            )
        try:
            return self._in_turn(body, name, variant or self.default, top)
        finally:
            self._slots.release()

    def _in_turn(self, body: bytes, name: str, variant: str, top: int) -> dict[str, Any]:
        begun = time.perf_counter()
        # Decoding is inside: its memory is the largest there is, and so it is needed once only.
        if not self._lock.acquire(timeout=self._limits.request_s):
            raise BusyError(f"no turn within {self._limits.request_s:g} s; try again later")
        self._busy_since = time.monotonic()
        try:
            decoding = time.perf_counter()
            image = photo.decode(body, name, self._limits.megapixels)
            decoded = time.perf_counter()
            classifier = self._get(variant)
            result = classifier.classify(image, top)
            self._answered += 1
            self._times.append((time.perf_counter() - begun) * 1e3)
            self._invoke_times[classifier.variant.name].append(result.invoke_ms)
            answer = result.as_json(name, classifier.variant.name)
            return {**answer, "decode_ms": round((decoded - decoding) * 1e3, 3)}
        finally:
            self._busy_since = None
            self._lock.release()

    def _get(self, variant: str | None) -> Classifier:
        if variant in self._loaded:
            return self._loaded[variant]
        checked = self._bundle.variant(variant)
        if checked.name not in self._loaded:
            made = Classifier(checked, self._threads)
            self._invoke_times[checked.name] = collections.deque(maxlen=_KEPT_TIMES)
            self._files.update(
                (path, path.stat().st_size) for path in checked.model.parent.iterdir()
            )
            self._loaded[checked.name] = made
        return self._loaded[checked.name]

    def faults(self) -> list[str]:
        """Return why the service cannot do its work; empty if it can."""
        found = []
        for path, size in list(self._files.items()):
            try:
                if path.stat().st_size != size:
                    found.append(f"{path} has changed since it was loaded; restart the service")
            except OSError as error:
                found.append(f"{path} is lost ({error.strerror}); restart or reinstall the service")
        # Bodies above a few hundred kB are kept in a temporary file while they arrive.
        folder = tempfile.gettempdir()
        try:
            state = os.statvfs(folder)
            free = state.f_bavail * state.f_frsize
            if free < self._limits.body_bytes:
                found.append(
                    f"no space left in {folder}: {free / 1e6:.1f} MB free, a request may need "
                    f"{self._limits.body_bytes / 1e6:.1f} MB"
                )
        except OSError as error:
            found.append(f"temporary folder {folder} is lost ({error.strerror})")
        if self.stalled():
            found.append("a picture has been in work for over a minute")
        return found

    def stalled(self) -> bool:
        """Return whether one picture has been in work for more than a minute and the request limit."""
        since = self._busy_since
        return since is not None and time.monotonic() - since > 60 + self._limits.request_s

    def health(self) -> dict[str, Any]:
        """Return the state for the health endpoint and the page."""
        faults = self.faults()
        manifest = self._manifests[self.default]
        return {
            "status": "failing" if faults else "ok",
            "faults": faults,
            "variant": self.default,
            "sha256": manifest.model.sha256,
            "trained": manifest.source.trained,
            "variants": [self._figures(name) for name in self._bundle.names],
            "answered": self._answered,
            "latency_ms": _percentiles(self._times),
            "uptime_s": round(time.monotonic() - self._started),
        }

    def _figures(self, name: str) -> dict[str, Any]:
        """Return the health endpoint's figures of one variant.

        invoke_ms covers its last pictures, zeros before the first.
        """
        times = self._invoke_times.get(name, ())
        return {
            "name": name,
            "short_name": short_name(self._manifests[name]),
            "bytes": self._manifests[name].model.bytes,
            "loaded": name in self._loaded,
            "invoke_ms": _percentiles(times),
        }


def _percentiles(times: Iterable[float]) -> dict[str, float]:
    """Return p50 and p99 of milliseconds, zeros if there are none."""
    known = list(times)
    low, high = np.percentile(known, (50, 99)) if known else (0.0, 0.0)
    return {"p50": round(float(low), 2), "p99": round(float(high), 2)}
