"""Checks that measured figures are plausible and names the impossible ones."""

import math
from collections.abc import Sequence

from model_press.formats import metrics
from model_press.formats.errors import UserError
from model_press.measure.machine import counted


def check(found: metrics.Metrics, names: Sequence[str]) -> None:
    """Check that everything was measured and that no figure is impossible.

    Args:
      names: the variants (and the Keras model) that must have a record.
    Raises:
      UserError: naming the variant, its configuration and the figure.
    """
    measured = {record.variant for record in found.records}
    missing = [name for name in names if name not in measured]
    if missing:
        raise UserError(f"not measured: {', '.join(missing)}; every variant must have a record")
    for record in found.records:
        _check(record)


def _check(record: metrics.Record) -> None:
    threads = counted(record.threads, "thread")
    where = f"{record.variant} ({threads}, delegate {record.delegate})"
    times = {
        "load_ms": record.load_ms,
        "first_ms": record.first_ms,
        "latency.median_ms": record.latency.median_ms,
        "latency.p90_ms": record.latency.p90_ms,
    }
    for name, value in times.items():
        if not (math.isfinite(value) and value > 0):
            raise UserError(f"{where}: {name} is {value}, expected a time above 0")
    if record.latency.p90_ms < record.latency.median_ms:
        raise UserError(
            f"{where}: p90 {record.latency.p90_ms} ms is below the median {record.latency.median_ms} ms"
        )
    if record.latency.runs < 1:
        raise UserError(f"{where}: {record.latency.runs} runs, expected at least one")
    if not 0 < record.base_memory_bytes <= record.peak_memory_bytes:
        raise UserError(
            f"{where}: peak memory {record.peak_memory_bytes} bytes, expected at least the base of "
            f"{record.base_memory_bytes}"
        )
