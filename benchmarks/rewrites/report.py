"""Writes the results of the benchmark as JSON and as a Markdown table."""

import dataclasses
from typing import ClassVar

from model_press.formats.metrics import Latency, Runtime

from benchmarks import record


@dataclasses.dataclass(frozen=True)
class Left:
    """How many operators of one kind the delegate left to the built-in kernels."""

    op: str
    count: int


@dataclasses.dataclass(frozen=True)
class Codes:
    """Difference between a rewritten graph's logits and the original's, in int8 steps, on the built-in kernels."""

    largest: int
    mean: float


@dataclasses.dataclass(frozen=True)
class Row:
    """One variant of one network. latency, ratio: on 1 and on 2 threads; ratio is to the network's fp32."""

    network: str
    variant: str
    bytes: int
    partitions: int
    left: tuple[Left, ...]
    latency: tuple[Latency, ...]
    ratio: tuple[float, ...]
    codes: Codes | None


@dataclasses.dataclass(frozen=True)
class Report(record.Run):
    """One run. The variants of a network took turns."""

    NAME: ClassVar[str] = "rewrites"
    runtime: Runtime
    rows: tuple[Row, ...]

    def markdown(self) -> str:
        """Return the page, one line a variant."""
        return record.page(
            "What delegate-preserving rewrites gain",
            f"{self.when_and_where()}, {self.runtime.name} {self.runtime.version} with XNNPACK, "
            f"{self.rounds} interleaved rounds; networks of keras.applications with random weights. "
            "Ratios are to the same network's fp32. Written by `bazel run //benchmarks:rewrites`.",
            record.table(
                "network | variant | MB | partitions | operators outside the delegate | 1 thread ms (ratio) "
                "| 2 threads ms (ratio) | logits against plain int8, steps",
                map(_cells, self.rows),
            ),
        )


def _cells(row: Row) -> list[object]:
    return [
        row.network,
        row.variant,
        f"{row.bytes / 1e6:.1f}",
        row.partitions,
        ", ".join(f"{left.count} {left.op}" for left in row.left),
        *(
            f"{latency.median_ms:.2f} ({ratio:.3f})"
            for latency, ratio in zip(row.latency, row.ratio, strict=True)
        ),
        f"mean {row.codes.mean:.2f}, most {row.codes.largest}" if row.codes else "",
    ]
