"""check-memory: how much memory a variant takes, as a ratio to a baseline measured now."""

import argparse

from model_press.gates.command import gate
from model_press.gates.result import Measure, Result
from model_press.measure import process
from model_press.process import command_line


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
    command_line.require(parser, "--model", "--baseline")
    parser.add_argument("--max-ratio", type=float, required=True)
    parser.add_argument("--threads", type=int, default=1)


COMMAND = gate(
    "check-memory",
    "peak memory as a share of a baseline's",
    _add_arguments,
    lambda o: check(o.model, o.baseline, o.max_ratio, o.threads),
)
