"""Writes the results of the camera benchmark as JSON and as a Markdown table."""

import dataclasses

from model_press.formats.metrics import Machine, Runtime
from model_press.measure import ratio

from benchmarks import record


@dataclasses.dataclass(frozen=True)
class Row:
    """One way against another. ratio: of the times a frame; low, high: its 95 % interval."""

    model: str
    runtime: Runtime
    what: str
    against: str
    ratio: float
    low: float
    high: float


@dataclasses.dataclass(frozen=True)
class Report:
    """One run, in which the ways of a model took turns.

    date: ISO 8601. width, height, degrees: of the frame and its turn.
    """

    schema_version: int
    date: str
    machine: Machine
    width: int
    height: int
    degrees: int
    rounds: int
    rows: tuple[Row, ...]


def row(model: str, runtime: Runtime, what: str, against: str, found: ratio.Ratio) -> Row:
    """Return a measured ratio as a row."""
    figures = (round(figure, 4) for figure in (found.value, found.low, found.high))
    return Row(model, runtime, what, against, *figures)


def markdown(report: Report) -> str:
    """Return the table, one line a comparison."""
    lines = [
        "# From a camera's planes to labels",
        "",
        f"{record.when_and_where(report.date, report.machine)}, one thread for the model, {report.rounds} interleaved "
        f"rounds. A frame is {report.width}x{report.height} NV21, turned by {report.degrees} degrees. Ratios of the "
        "times a frame, on a machine that is not a phone. Written by `bazel run //android/core:camera_benchmark`.",
        "",
        "- pixel by pixel: the whole frame to RGB in a Java loop in float, turned by a second picture, then the "
        "classifier's crop and resize;",
        "- row by row: the app's way, `YuvPixels`, which the resize reads where it looks;",
        "- planes: a `camera_variant` that takes the camera's bytes;",
        "- pipeline: the same steps as row by row, on three threads; a frame is an answered one. Its slower step "
        "alone, frame to input or the model, is what it cannot go below;",
        "- Pillow: planes to RGB, turn, crop and resize in C, then the plain variant and NumPy's sort.",
        "",
    ]
    lines += record.table(
        "model | runtime | what | against | ratio (95 %)",
        (
            (
                each.model,
                f"{each.runtime.name} {each.runtime.version}",
                each.what,
                each.against,
                f"{each.ratio:.3f} ({each.low:.3f} to {each.high:.3f})",
            )
            for each in report.rows
        ),
    )
    return "\n".join(lines) + "\n"
