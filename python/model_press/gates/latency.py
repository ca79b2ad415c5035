"""check-latency: how fast a variant is, as a ratio to a baseline measured now, in turns with it.

A time in milliseconds means nothing on another machine.
"""

import argparse

from model_press.formats.errors import UserError
from model_press.gates.command import gate
from model_press.gates.result import Measure, Result
from model_press.measure import machine, process, ratio, rounds
from model_press.process import command_line

_ROUNDS_PER_ATTEMPT = 12
_ATTEMPTS = 5


def check(model: str, baseline: str, bounds: dict[str, float], threads: int) -> Result:
    """Check the ratio of the median latencies, measured in turns until its 95 % interval clears the bound.

    Args:
      model, baseline: paths of .tflite files, both run by LiteRT with XNNPACK.
      bounds: largest ratio by CPU class (machine.cpu_class), "*" for every other class.
      threads: threads of the interpreter.
    Raises:
      UserError: the interval still holds the bound after all attempts ("undecided").
    """
    here = machine.this_machine()
    bound = bounds.get(here.cpu_class, bounds.get("*"))
    facts: dict[str, float | str] = {
        "cpu": here.cpu_model,
        "cpu class": here.cpu_class,
        "threads": str(threads),
    }
    probes = [process.Probe(path, threads, "xnnpack") for path in (model, baseline)]
    timed = [rounds.Timed(probe.run) for probe in probes]
    rounds.warm_up(timed)

    def more() -> ratio.Ratio:
        for _ in range(_ROUNDS_PER_ATTEMPT):
            rounds.measure(timed, 0)
        return ratio.of_rounds(
            timed[0].rounds, timed[1].rounds, bound if bound is not None else 1.0
        )

    found = more() if bound is None else ratio.decide(more, _ATTEMPTS)
    for probe in probes:
        probe.close()
    facts["ratio"] = found.value
    facts["95 % interval"] = f"{found.low:.3f} to {found.high:.3f}"
    facts["rounds"] = str(found.rounds)
    if bound is None:
        facts["verdict"] = f"no bound for this CPU ({here.cpu_class})"
        return Result("latency", (), facts)
    if found.verdict == "undecided":
        raise UserError(
            f"latency: undecided after {found.rounds} rounds: the ratio is {found.low:.3f} to "
            f"{found.high:.3f} (95 %) around the bound {bound:.3f}; run it on a quieter machine or "
            "move the bound away from the measured value"
        )
    decisive = found.high if found.verdict == "pass" else found.low
    name = "latency ratio to baseline (end of its 95 % interval)"
    return Result("latency", (Measure(name, decisive, bound, at_most=True),), facts)


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    command_line.require(parser, "--model", "--baseline")
    parser.add_argument("--bound", action="append", default=[], metavar="CPU_CLASS=RATIO")
    parser.add_argument("--threads", type=int, default=1)


def _check(options: argparse.Namespace) -> Result:
    pairs = (pair.partition("=") for pair in options.bound)
    bounds = {name: float(value) for name, _, value in pairs}
    return check(options.model, options.baseline, bounds, options.threads)


COMMAND = gate("check-latency", "latency as a share of a baseline's", _add_arguments, _check)
