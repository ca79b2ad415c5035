"""Compares int8 of the digits model: ours, the plain converter's and three other quantisers', in one run.

    bazel run //benchmarks/peers -- --out FOLDER [--rounds N]

Writes peers.json and peers.md: accuracy on the held-out images, size, latency with one thread.
"""

import argparse
import pathlib
import tempfile
from importlib import metadata

import numpy as np
from model_press.formats import metrics
from model_press.images import npy
from model_press.measure import process, ratio
from model_press.process import progress

from benchmarks import record
from benchmarks.peers import engines, quantisers, report

FLOAT = "fp32"
_AI_EDGE = "ai-edge-quantizer static_wi8_ai8"
_LIBRARIES = ("ai-edge-litert", "ai-edge-quantizer", "onnxruntime", "openvino", "nncf")
_LITERT, _ORT, _OPENVINO = engines.ENGINES


def _rows(
    arguments: argparse.Namespace, calibration: np.ndarray, folder: pathlib.Path
) -> list[tuple[str, str, str]]:
    """Return (name, engine, path) of each engine to compare; the first one is the reference of the ratios."""
    source = arguments.fp32
    onnx = quantisers.onnx_float(source, folder)
    return [
        (FLOAT, _LITERT, source),
        *((name, _LITERT, path) for name, path in arguments.variant),
        (_AI_EDGE, _LITERT, quantisers.ai_edge(source, calibration, folder)),
        ("fp32 as ONNX", _ORT, onnx),
        ("ONNX Runtime static int8", _ORT, quantisers.onnx_static_int8(onnx, calibration, folder)),
        ("fp32 as OpenVINO", _OPENVINO, quantisers.openvino_float(source, folder)),
        ("NNCF int8", _OPENVINO, quantisers.nncf_int8(source, calibration, folder)),
    ]


def main(argv: list[str] | None = None) -> None:
    """Parse the arguments, quantise, evaluate, measure and write."""
    parser = record.parser("peers", __doc__, 25)
    parser.add_argument("--fp32", required=True)
    parser.add_argument("--variant", action="append", nargs=2, metavar=("NAME", "PATH"), default=[])
    for name in ("calibration", "images", "classes"):
        parser.add_argument(f"--{name}", required=True)
    arguments = parser.parse_args(argv)
    calibration = npy.read_npy(arguments.calibration, "calibration images")
    images = npy.read_npy(arguments.images, "images")
    classes = npy.read_npy(arguments.classes, "classes")
    with tempfile.TemporaryDirectory() as temporary:
        chosen = _rows(arguments, calibration, pathlib.Path(temporary))
        right = [
            engines.top1(engines.load(engine, path, 1), images, classes)
            for _, engine, path in progress.track(chosen, "evaluate")
        ]
        probes = [
            process.Process(f"{name} in {engine}", ["benchmarks.peers.probe", engine, path, "1"])
            for name, engine, path in chosen
        ]
        timed = record.in_turns(probes, arguments.rounds, "measure")
        rows = tuple(
            report.Row(
                name,
                engine,
                engines.size(path),
                share,
                each.latency(),
                round(ratio.of_rounds(each.rounds, timed[0].rounds, 1.0).value, 4),
            )
            for (name, engine, path), share, each in zip(chosen, right, timed, strict=True)
        )
    found = report.Report.of_today(
        arguments.rounds,
        versions=tuple(metrics.Runtime(name, metadata.version(name)) for name in _LIBRARIES),
        images=len(images),
        calibration_images=len(calibration),
        rows=rows,
    )
    record.write(found, arguments.out)
    print(found.markdown())


if __name__ == "__main__":
    main()
