"""Times the ways from a camera's planes to labels, and the pipeline over threads against the steps in turn.

    bazel run //android/core:camera_benchmark -- --out FOLDER [--rounds N]

Writes camera.json and camera.md. The Android app's own code runs on this machine's Java with the Android library of
TensorFlow Lite, and fused models in LiteRT, too. Of both only ratios are kept: no phone has measured them.
"""

import json
import subprocess
from collections.abc import Sequence
from importlib import metadata
from typing import Any

import numpy as np
from model_press.formats import manifest, metrics
from model_press.formats.camera_input import CameraFrame
from model_press.formats.errors import UserError
from model_press.measure import ratio
from model_press.process import progress

from benchmarks import fused_benchmark, record
from benchmarks.camera import report

_PIXELS, _ROWS, _PLANES, _PIPELINE = "pixel by pixel", "row by row", "planes", "pipeline"
_TO_INPUT, _TO_LABEL = "frame to input", "frame to label"
_SLOWER = "its slower step alone"
# (what, its way, against, that way) in the output of the Java program.
_COMPARED = (
    (f"{_TO_INPUT}, {_ROWS}", "rows_input", _PIXELS, "naive_input"),
    (f"{_TO_INPUT}, {_PLANES}", "planes_input", _PIXELS, "naive_input"),
    (f"{_TO_LABEL}, {_ROWS}", "rows", _PIXELS, "naive"),
    (f"{_TO_LABEL}, {_PLANES}", "planes", _PIXELS, "naive"),
    (f"{_TO_LABEL}, {_PLANES}", "planes", _ROWS, "rows"),
    (f"{_TO_LABEL}, {_PIPELINE}", "pipeline", _ROWS, "rows"),
)
_LITERT = "ai-edge-litert"

# What a run of camera_steps prints: its frame, its runtime and the times of each way.
_Said = dict[str, Any]


def of_java(model: str, said: _Said) -> list[report.Row]:
    """Return the rows of one run of camera_steps; ways that it did not time have none."""
    runtime = metrics.Runtime("tensorflow-lite (Java)", said["runtime"])
    times = said["rounds"]
    # No pipeline is faster than its slowest step.
    slower = max(
        ("rows_input", "model"), key=lambda way: np.median([np.median(r) for r in times[way]])
    )
    compared = [each for each in _COMPARED if each[1] in times]
    compared.append((f"{_TO_LABEL}, {_PIPELINE}", "pipeline", _SLOWER, slower))
    return [
        report.row(model, runtime, what, against, ratio.of_rounds(times[way], times[other], 1.0))
        for what, way, against, other in compared
    ]


def run_java(program: str, labels: str, paths: list[str], rounds: int) -> _Said:
    """Return the output of camera_steps for a model and its manifest, and optionally a variant of planes."""
    done = subprocess.run(
        [program, str(rounds), labels, *paths], capture_output=True, text=True, check=False
    )
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
        raise UserError(f"camera_steps does not run with {paths[0]}: {last}")
    said: _Said = json.loads(done.stdout)
    return said


def frame_of(runs: Sequence[_Said]) -> CameraFrame:
    """Return the frame of all runs, which LiteRT takes, too.

    Raises:
      UserError: there is none, or they had different ones.
    """
    frames = {(*said["frame"], said["degrees"]) for said in runs}
    if len(frames) != 1:
        raise UserError(
            f"{len(runs)} runs of camera_steps had frames {sorted(frames)}, expected one; give --java"
        )
    [(width, height, degrees)] = frames
    return fused_benchmark.frame_of(height, width, "NV21", degrees)


def of_litert(model: str, manifest_path: str, frame: CameraFrame, rounds: int) -> report.Row:
    """Return a variant that takes planes against Pillow's steps."""
    description = manifest.read_tflite(manifest_path, camera=False)
    _, _, found = fused_benchmark.compare(model, description, frame, 1, rounds)
    runtime = metrics.Runtime(_LITERT, metadata.version(_LITERT))
    return report.row(description.name, runtime, f"{_TO_LABEL}, {_PLANES}", "Pillow", found)


def main(argv: list[str] | None = None) -> None:
    """Parse the arguments, measure and write."""
    parser = record.parser("camera", __doc__, 25)
    parser.add_argument("--program", required=True, help="camera_steps")
    parser.add_argument(
        "--java", action="append", nargs="+", default=[], metavar="LABELS MODEL MANIFEST [...]"
    )
    parser.add_argument(
        "--litert", action="append", nargs=2, default=[], metavar=("MODEL", "MANIFEST")
    )
    arguments = parser.parse_args(argv)
    rows: list[report.Row] = []
    runs = []
    for labels, *paths in progress.track(arguments.java, "Java"):
        runs.append(run_java(arguments.program, labels, paths, arguments.rounds))
        rows += of_java(manifest.read(paths[1]).name, runs[-1])
    frame = frame_of(runs)
    for model, manifest_path in progress.track(arguments.litert, "LiteRT"):
        rows.append(of_litert(model, manifest_path, frame, arguments.rounds))
    found = report.Report.of_today(
        arguments.rounds,
        width=frame.width,
        height=frame.height,
        degrees=frame.rotation_degrees,
        rows=tuple(rows),
    )
    record.write(found, arguments.out)
    print(found.markdown())


if __name__ == "__main__":
    main()
