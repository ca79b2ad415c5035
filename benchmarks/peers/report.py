"""Writes the results of the comparison as JSON and as a Markdown table."""

import dataclasses
from typing import ClassVar

from model_press.formats.metrics import Latency, Runtime

from benchmarks import record


@dataclasses.dataclass(frozen=True)
class Row:
    """One file in one engine.

    bytes: on disk. top1: on the held-out images, a fraction. latency: one thread. ratio: of the latency to that of the
    first row, which is the float32 .tflite.
    """

    name: str
    engine: str
    bytes: int
    top1: float
    latency: Latency
    ratio: float


@dataclasses.dataclass(frozen=True)
class Report(record.Run):
    """One run, in which all rows took turns. versions: of the libraries. images: evaluated."""

    NAME: ClassVar[str] = "peers"
    versions: tuple[Runtime, ...]
    images: int
    calibration_images: int
    rows: tuple[Row, ...]

    def markdown(self) -> str:
        """Return the page, one line a row; size, accuracy and latency against the first."""
        first = self.rows[0]
        versions = ", ".join(f"{each.name} {each.version}" for each in self.versions)
        return record.page(
            "Int8 of the digits model: ours and the peers'",
            f"{self.when_and_where()}, one thread, {self.rounds} "
            f"interleaved rounds; {self.images:,} held-out images, {self.calibration_images} for calibration, the same "
            f"for all. {versions}. Written by `bazel run //benchmarks/peers`.",
            "ONNX Runtime and OpenVINO are engines of servers, no phone runs these files: judge them by size and "
            "accuracy.",
            record.table(
                "variant | engine | MB (ratio) | top-1 | points | 1 thread ms (ratio)",
                (
                    (
                        row.name,
                        row.engine,
                        f"{row.bytes / 1e6:.2f} ({row.bytes / first.bytes:.3f})",
                        f"{100 * row.top1:.2f} %",
                        f"{100 * (row.top1 - first.top1):+.2f}",
                        f"{row.latency.median_ms:.3f} ({row.ratio:.3f})",
                    )
                    for row in self.rows
                ),
            ),
        )
