"""Times the ways from a camera's planes to labels, and the pipeline over threads against the steps in turn.

    bazel run //android/core:camera_benchmark -- --out FOLDER [--rounds N]

Writes camera.json and camera.md. The Android app's own code runs on this machine's Java with the Android library of
TensorFlow Lite, and fused models in LiteRT, too. Of both only ratios are kept: no phone has measured them.
"""

import argparse
import json
import subprocess
from importlib import metadata

import numpy as np
from benchmarks import fused_benchmark, record
from benchmarks.camera import report
from model_press import manifest, progress, user_path
from model_press.errors import UserError
from model_press.measure import machine, metrics, ratio

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


def of_java(model: str, said: dict) -> list[report.Row]:
    """The rows of one run of camera_steps; ways that it did not time have none."""
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


def run_java(program: str, labels: str, paths: list[str], rounds: int) -> dict:
    """What camera_steps prints for a model and its manifest, and perhaps a variant of planes."""
    done = subprocess.run(
        [program, str(rounds), labels, *paths], capture_output=True, text=True, check=False
    )
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
        raise UserError(f"camera_steps does not run with {paths[0]}: {last}")
    return json.loads(done.stdout)


def of_litert(model: str, sheet: str, said: dict, rounds: int) -> report.Row:
    """A variant that takes planes against Pillow's steps."""
    description = manifest.read(sheet)
    width, height = said["frame"]
    _, _, found = fused_benchmark.compare(
        model, description, fused_benchmark.Frame(height, width, "NV21", said["degrees"]), 1, rounds
    )
    runtime = metrics.Runtime(_LITERT, metadata.version(_LITERT))
    return report.row(description.name, runtime, f"{_TO_LABEL}, {_PLANES}", "Pillow", found)


def main(argv: list[str] | None = None) -> None:
    """Parses the arguments, measures and writes."""
    parser = argparse.ArgumentParser(prog="camera", description=__doc__.splitlines()[0])
    parser.add_argument("--out", required=True, help="existing folder for the record")
    parser.add_argument("--rounds", type=int, default=25)
    parser.add_argument("--program", required=True, help="camera_steps")
    parser.add_argument(
        "--java", action="append", nargs="+", default=[], metavar="LABELS MODEL MANIFEST [...]"
    )
    parser.add_argument(
        "--litert", action="append", nargs=2, default=[], metavar=("MODEL", "MANIFEST")
    )
    arguments = parser.parse_args(argv)
    rows: list[report.Row] = []
    for labels, *paths in progress.track(arguments.java, "Java"):
        said = run_java(arguments.program, labels, paths, arguments.rounds)
        rows += of_java(manifest.read(paths[1]).name, said)
    for model, sheet in progress.track(arguments.litert, "LiteRT"):
        rows.append(of_litert(model, sheet, said, arguments.rounds))
    found = report.Report(
        1,
        record.today(),
        machine.this_machine(),
        *said["frame"],
        said["degrees"],
        arguments.rounds,
        tuple(rows),
    )
    record.write(found, report.markdown(found), user_path.resolve(arguments.out), "camera")
    print(report.markdown(found))


if __name__ == "__main__":
    main()
