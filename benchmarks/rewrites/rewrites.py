"""Times int8 networks with and without rewrites, their fp32, and ai-edge-quantizer's int8, in one interleaved run.

    bazel run //benchmarks:rewrites -- --out FOLDER [--network NAME ...] [--rounds N] [--work FOLDER]

Writes rewrites.json and rewrites.md. Making a network's variants takes one to three minutes and up to 3 GB; with --work
they are kept there and used again.
"""

import collections
import os
import pathlib
import tempfile
from importlib import metadata

import numpy as np
from model_press.formats import metrics
from model_press.measure import process, ratio
from model_press.process import progress, user_path
from model_press.tflite import interpreter, reader

from benchmarks import record
from benchmarks.rewrites import networks, report

_RUNTIME = "ai-edge-litert"
_THREADS = (1, 2)
_COMPARED_IMAGES = 4


def measure(network: str, paths: dict[str, str], count: int) -> list[report.Row]:
    """Time a network's variants in turns.

    Args:
      network: a key of networks.NETWORKS.
      paths: .tflite of each of networks.VARIANTS.
      count: rounds.
    """
    chosen = [(variant, threads) for variant in paths for threads in _THREADS]
    probes = [process.Probe(paths[variant], threads, "xnnpack") for variant, threads in chosen]
    timed = dict(zip(chosen, record.in_turns(probes, count, network, skip_slow=False), strict=True))
    ready = dict(zip(chosen, (probe.ready for probe in probes), strict=True))
    rows = []
    for variant, path in paths.items():
        found = ready[variant, 1]
        left = collections.Counter(op["op"] for op in found["undelegated"])
        ratios = [
            ratio.of_rounds(
                timed[variant, threads].rounds, timed[networks.FP32, threads].rounds, 1.0
            )
            for threads in _THREADS
        ]
        rewritten = variant == networks.REWRITTEN
        rows.append(
            report.Row(
                network,
                variant,
                os.path.getsize(path),
                found["partitions"],
                tuple(report.Left(op, left[op]) for op in sorted(left)),
                tuple(timed[variant, threads].latency() for threads in _THREADS),
                tuple(round(found.value, 4) for found in ratios),
                compare(network, paths[networks.INT8], path) if rewritten else None,
            )
        )
    return rows


def compare(network: str, plain: str, rewritten: str) -> report.Codes:
    """Return the differences of the last dense layer's int8 outputs, before softmax levels them, on photographs."""
    pixels = networks.images(networks.NETWORKS[network][0])[:_COMPARED_IMAGES]
    difference = np.abs(_logits(plain, pixels) - _logits(rewritten, pixels))
    return report.Codes(int(difference.max()), round(float(difference.mean()), 4))


def _logits(path: str, pixels: np.ndarray) -> np.ndarray:
    operators = reader.read(path).operators
    last = next(op for op in reversed(operators) if op.name in ("FULLY_CONNECTED", "CONV_2D"))
    # Every tensor is kept only by the built-in kernels, which are the reference, too.
    runner = interpreter.DebugInterpreter(path)
    outputs = []
    for image in pixels:
        runner.run(image[None])
        outputs.append(runner.tensor(last.outputs[0]).astype(np.int64))
    return np.stack(outputs)


def main(argv: list[str] | None = None) -> None:
    """Parse the arguments, convert, measure and write."""
    parser = record.parser("rewrites", __doc__, 15)
    parser.add_argument("--network", action="append", choices=list(networks.NETWORKS))
    parser.add_argument("--work", help="folder that keeps the converted files")
    args = parser.parse_args(argv)
    rows = []
    with tempfile.TemporaryDirectory() as temporary:
        work = pathlib.Path(user_path.resolve(args.work)) if args.work else pathlib.Path(temporary)
        work.mkdir(parents=True, exist_ok=True)
        chosen = args.network or list(networks.NETWORKS)
        made = {
            name: networks.convert_all(name, work, "models/recipes")
            for name in progress.track(chosen, "convert")
        }
        for name, paths in made.items():
            rows += measure(name, paths, args.rounds)
    runtime = metrics.Runtime(_RUNTIME, metadata.version(_RUNTIME))
    found = report.Report.of_today(args.rounds, runtime=runtime, rows=tuple(rows))
    record.write(found, args.out)


if __name__ == "__main__":
    main()
