"""Our latency against LiteRT's own benchmark, and our peak memory against the kernel's accounting.

    bazel run //benchmarks:runtime_benchmark [-- --model FILE.tflite ...]

The two take turns on the same file, each in a fresh process. Exit code 1 if a ratio is off by more than 10 %
(latency) or 5 % (memory), or if what to compare with is missing.
"""

import argparse
import dataclasses
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence

import numpy as np
from model_press.formats.errors import UserError
from model_press.measure import machine, process
from model_press.process import child

from benchmarks import record

_LATENCY_BAND = 0.10
_MEMORY_BAND = 0.05
_TIME = "/usr/bin/time"
_WARM_UP = 5
# As many inferences as take about this long, so that a turn of a fast model is not one sample.
_TURN_MS = 1500.0
_MOST_RUNS = 500


@dataclasses.dataclass(frozen=True)
class Comparison:
    """Our measurement beside another program's, on one file. band: how far from 1 the ratio may be."""

    what: str
    ours: float
    other: float
    unit: str
    band: float

    @property
    def ratio(self) -> float:
        return self.ours / self.other

    @property
    def agrees(self) -> bool:
        return abs(self.ratio - 1) <= self.band

    def line(self) -> str:
        verdict = "agrees" if self.agrees else "DIFFERS"
        return (
            f"{self.what}: ours {self.ours:.4g} {self.unit}, theirs {self.other:.4g} {self.unit}, "
            f"ratio {self.ratio:.3f}, within {self.band:.0%}: {verdict}"
        )


def alternate(
    ours: Callable[[], float], other: Callable[[], float], turns: int
) -> tuple[float, float]:
    """Return the medians of the two over `turns` turns; the order alternates, so that neither always runs warm."""
    found: tuple[list[float], list[float]] = ([], [])
    for turn in range(turns):
        order = [(ours, found[0]), (other, found[1])]
        for run, results in order if turn % 2 == 0 else reversed(order):
            results.append(run())
    return float(np.median(found[0])), float(np.median(found[1]))


def compare_latency(model: str, threads: int, turns: int) -> Comparison:
    """Compare the median latency with XNNPACK by our probe and by litert-benchmark."""
    probe = process.Probe(model, threads, "xnnpack")
    times = probe.run(_WARM_UP)
    probe.close()
    runs = int(np.clip(_TURN_MS / min(times), 10, _MOST_RUNS))

    def ours() -> float:
        probe = process.Probe(model, threads, "xnnpack")
        probe.run(_WARM_UP)
        times = probe.run(runs)
        probe.close()
        return float(np.median(times))

    mine, theirs = alternate(ours, lambda: litert_benchmark(model, threads, runs), turns)
    what = f"{os.path.basename(model)}, {threads} thread{'s' * (threads > 1)}, latency"
    return Comparison(what, mine, theirs, "ms", _LATENCY_BAND)


def litert_benchmark(model: str, threads: int, runs: int) -> float:
    """Return the median latency (ms) that the LiteRT package's benchmark reports, from its process."""
    with tempfile.TemporaryDirectory() as folder:
        result = os.path.join(folder, "result.json")
        command = [sys.executable, "-m", "ai_edge_litert.tools.benchmark_litert_model"]
        command += [f"--model={model}", f"--num_runs={runs}", f"--warmup_runs={_WARM_UP}"]
        command += [f"--num_threads={threads}", f"--result_json={result}"]
        done = subprocess.run(command, env=child.environment(), capture_output=True, text=True)
        if done.returncode or not os.path.exists(result):
            last = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
            raise UserError(f"litert-benchmark failed on {os.path.basename(model)}: {last}")
        with open(result, encoding="utf-8") as file:
            return float(json.load(file)["latency"]["median_ms"])


def compare_memory(model: str, time_program: str = _TIME) -> Comparison:
    """Compare the peak memory by our probe and by `time -v` of the same command, in one run."""
    if not os.path.exists(time_program):
        raise UserError(f"{time_program} is missing; install the package `time`")
    command = [sys.executable, "-m", "model_press.measure.probe", model, "1", "xnnpack"]
    done = subprocess.run(
        [time_program, "-v", *command],
        env=child.environment(),
        input="5\n",
        capture_output=True,
        text=True,
        check=True,
    )
    mine = json.loads(done.stdout.splitlines()[-1])["peak_memory_bytes"]
    kibibytes = re.search(r"Maximum resident set size \(kbytes\): (\d+)", done.stderr)
    if not kibibytes:
        raise UserError(f"{time_program} -v gave no maximum resident set size: {done.stderr:.200}")
    what = f"{os.path.basename(model)}, peak memory"
    return Comparison(what, mine / 1e6, int(kibibytes[1]) * 1024 / 1e6, "MB", _MEMORY_BAND)


def main(argv: Sequence[str] | None = None) -> int:
    """Print a line a comparison; 1 if one does not agree."""
    parser = argparse.ArgumentParser(prog="runtime_benchmark", description=__doc__)
    parser.add_argument("--model", action="append", required=True)
    parser.add_argument("--turns", type=int, default=7)
    options = parser.parse_args(argv)
    here = machine.this_machine()
    print(record.where(here))
    agreed = True
    try:
        for model in options.model:
            for threads in (1, 2):
                found = compare_latency(model, threads, options.turns)
                print(found.line(), flush=True)
                agreed &= found.agrees
            found = compare_memory(model)
            print(found.line(), flush=True)
            agreed &= found.agrees
    except UserError as error:
        print(f"ERROR {error}", file=sys.stderr)
        return 1
    return 0 if agreed else 1


if __name__ == "__main__":
    sys.exit(main())
