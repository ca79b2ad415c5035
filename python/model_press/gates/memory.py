"""check-memory: how much memory a variant takes, as a ratio to a baseline measured now."""

import argparse

from model_press.gates.command import gate
from model_press.gates.result import Measure, Result
from model_press.measure import process


def check(model: str, baseline: str, max_ratio: float, threads: int) -> Result:
    """Check the peak memory above the runtime's base, as a share of the baseline's."""
    above = []
    for path in (model, baseline):
        probe = process.Probe(path, threads, "xnnpack")
        probe.run(5)
        above.append(probe.close() - probe.ready["base_memory_bytes"])
    facts: dict[str, float | str] = {
        "peak above base": float(above[0]),
        "baseline's peak above base": float(above[1]),
    }
    measure = Measure("memory ratio to baseline", above[0] / above[1], max_ratio, at_most=True)
    return Result("memory", (measure,), facts)


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--model", required=True)
    parser.add_argument("--baseline", required=True)
    parser.add_argument("--max-ratio", type=float, required=True)
    parser.add_argument("--threads", type=int, default=1)


def _check(options: argparse.Namespace) -> Result:
    return check(options.model, options.baseline, options.max_ratio, options.threads)


COMMAND = gate("check-memory", "peak memory as a share of a baseline's", _add_arguments, _check)
