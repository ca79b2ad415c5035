"""The gates on measurements: size, latency, memory and delegation of one variant.

Each returns a checks.result.Result with measured value, bound and margin. Latency and memory are ratios to a
baseline variant, measured now, in turns with it: a time in milliseconds means nothing on another machine.
"""

import os

from model_press.formats import deflate
from model_press.formats.errors import UserError
from model_press.gates.result import Measure, Result
from model_press.measure import machine, process, ratio, rounds

_ROUNDS_PER_ATTEMPT = 12
_ATTEMPTS = 5


def check_size(
    model: str, baseline: str | None, max_ratio: float | None, max_bytes: int | None, zipped: bool
) -> Result:
    """Return the bytes of the file, or of its deflated form, against a number of bytes or a share of the baseline's.

    Args:
      model, baseline: paths of .tflite files; the baseline is needed for max_ratio only.
      max_ratio: largest allowed share of the baseline's bytes, or None.
      max_bytes: largest allowed number of bytes, or None.
      zipped: whether the deflated size counts, as a download does.
    """
    measure = deflate.file_size if zipped else os.path.getsize
    found = measure(model)
    measures = []
    if max_bytes is not None:
        measures.append(Measure("bytes", found, max_bytes, at_most=True))
    if max_ratio is not None and baseline is not None:
        measures.append(
            Measure("size ratio to baseline", found / measure(baseline), max_ratio, at_most=True)
        )
    if not measures:
        raise UserError(
            f"the size gate has max_bytes {max_bytes}, max_ratio {max_ratio} and baseline {baseline}; give max_bytes, "
            "or max_ratio and a baseline"
        )
    return Result("size", tuple(measures), {"bytes": float(found), "zipped": str(zipped)})


def check_latency(model: str, baseline: str, bounds: dict[str, float], threads: int) -> Result:
    """Return the ratio of the median latencies, measured in turns until its 95 % interval clears the bound.

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


def check_memory(model: str, baseline: str, max_ratio: float, threads: int) -> Result:
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


def check_delegation(model: str, max_partitions: int, allowed: list[str]) -> Result:
    """Check the delegate's partitions and the operators left to the built-in kernels.

    Args:
      model: path of a .tflite.
      max_partitions: largest allowed number of XNNPACK partitions; each further one costs a hand-over.
      allowed: operators that may stay outside, such as the QUANTIZE at either end.
    Raises:
      UserError: an operator that is not allowed stays outside, by name and by the tensor it writes.
    """
    probe = process.Probe(model, 1, "xnnpack")
    probe.close()
    left = [op for op in probe.ready["undelegated"] if op["op"] not in allowed]
    partitions = probe.ready["partitions"]
    result = Result(
        "delegation",
        (
            Measure("delegate partitions", partitions, max_partitions, at_most=True),
            Measure("operators outside the delegate", len(left), 0, at_most=True),
        ),
        {},
    )
    if left:
        first = "; ".join(f"{op['op']} writing {op['output']}" for op in left[:3])
        raise UserError(
            f"delegation: {partitions} partitions, {len(left)} operators outside the delegate: {first}"
            f"{' ...' if len(left) > 3 else ''}; at most {max_partitions} partitions and only "
            f"{', '.join(allowed) or 'no operator'} outside are allowed"
        )
    return result
