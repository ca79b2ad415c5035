"""Writes the results of the camera benchmark as JSON and as a Markdown table."""

import dataclasses
from typing import ClassVar

from model_press.formats.metrics import Runtime
from model_press.measure import ratio

from benchmarks import record

_WAYS = """\
- pixel by pixel: the whole frame to RGB in a Java loop in float, turned by a second picture, then the \
classifier's crop and resize;
- row by row: the app's way, `YuvPixels`, which the resize reads where it looks;
- planes: a `camera_variant` that takes the camera's bytes;
- pipeline: the same steps as row by row, on three threads; a frame is an answered one. Its slower step alone, \
frame to input or the model, is what it cannot go below;
- Pillow: planes to RGB, turn, crop and resize in C, then the plain variant and NumPy's sort."""


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
class Report(record.Run):
    """One run, in which the ways of a model took turns. width, height, degrees: of the frame and its rotation."""

    NAME: ClassVar[str] = "camera"
    width: int
    height: int
    degrees: int
    rows: tuple[Row, ...]

    def markdown(self) -> str:
        """Return the page, one line a comparison."""
        return record.page(
            "From a camera's planes to labels",
            f"{self.when_and_where()}, one thread for the model, {self.rounds} interleaved "
            f"rounds. A frame is {self.width}x{self.height} NV21, turned by {self.degrees} degrees. Ratios of the "
            "times a frame, on a machine that is not a phone. Written by `bazel run //android/core:camera_benchmark`.",
            _WAYS,
            record.table(
                "model | runtime | what | against | ratio (95 %)",
                (
                    (
                        each.model,
                        f"{each.runtime.name} {each.runtime.version}",
                        each.what,
                        each.against,
                        f"{each.ratio:.3f} ({each.low:.3f} to {each.high:.3f})",
                    )
                    for each in self.rows
                ),
            ),
        )


def row(model: str, runtime: Runtime, what: str, against: str, found: ratio.Ratio) -> Row:
    """Return a measured ratio as a row."""
    figures = (round(figure, 4) for figure in (found.value, found.low, found.high))
    return Row(model, runtime, what, against, *figures)
