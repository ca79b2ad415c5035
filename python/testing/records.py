"""One measurement of a made-up variant, to change one thing in."""

import dataclasses
from typing import Any

from model_press.formats import metrics

_RECORD = metrics.Record(
    variant="net_int8",
    recipe="int8",
    sha256="0" * 64,
    bytes=10,
    zipped_bytes=9,
    runtime=metrics.Runtime("ai-edge-litert", "2.3.0"),
    delegate="xnnpack",
    threads=1,
    load_ms=1.0,
    first_ms=2.0,
    latency=metrics.Latency(1.0, 1.2, 0.1, 50, 3),
    base_memory_bytes=100,
    peak_memory_bytes=200,
    partitions=1,
    undelegated=(),
)


def record_of(**changes: Any) -> metrics.Record:
    """Return a record of net_int8 with XNNPACK on one thread, with changes."""
    return dataclasses.replace(_RECORD, **changes)
