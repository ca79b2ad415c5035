"""The results of the build benchmark: a file that keeps every run, a table of ratios, a plot."""

import dataclasses
import json
import os
import pathlib
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from benchmarks.builds.bazel import Build

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

SCHEMA_VERSION = 1


@dataclasses.dataclass(frozen=True)
class Run:
    """One run of the benchmark.

    date: ISO 8601. machine: processor and cores. bazel: version. seconds: of one int8 conversion of digits with a
    worker's start, the unit of all ratios. ratios: what -> seconds of it in that unit. conversions: what -> TFLite
    conversions that ran.
    growth: variants -> (ratio per variant, MB of the workers at their peak).
    xception: number of workers -> time of ten conversions of Xception in that of one plain process; empty where that
    was not measured.
    """

    date: str
    machine: str
    bazel: str
    seconds: float
    ratios: Mapping[str, float]
    conversions: Mapping[str, int]
    growth: Mapping[str, tuple[float, float]]
    xception: Mapping[str, float]


def run_of(
    date: str,
    machine: str,
    bazel: str,
    builds: Mapping[str, Build],
    growth: Mapping[int, Build],
    xception: Mapping[str, float],
) -> Run:
    """Return the record of measured builds; growth[1] is the unit."""
    unit = growth[1].seconds
    return Run(
        date=date,
        machine=machine,
        bazel=bazel,
        seconds=round(unit, 2),
        ratios={name: round(build.seconds / unit, 3) for name, build in builds.items()},
        conversions={name: build.ran.get("TfliteConvert", 0) for name, build in builds.items()},
        growth={
            str(count): (
                round(build.seconds / unit / count, 3),
                round(build.worker_bytes / 1e6, 1),
            )
            for count, build in growth.items()
        },
        xception=xception,
    )


def append(path: pathlib.Path, run: "DataclassInstance") -> list[dict[str, Any]]:
    """Add a run to the file of all runs; return them, the newest last."""
    runs = json.loads(path.read_text("utf-8"))["runs"] if path.exists() else []
    runs.append(json.loads(json.dumps(dataclasses.asdict(run))))
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    partial.write_text(
        json.dumps({"schema_version": SCHEMA_VERSION, "runs": runs}, indent=1) + "\n"
    )
    partial.replace(path)
    return runs


def table(run: Run) -> list[str]:
    """Return the lines to print."""
    lines = [
        f"{run.date}, {run.machine}, Bazel {run.bazel}; 1.00 is one int8 conversion of digits with a worker's start",
        f"{'':<28} {'ratio':>8} {'conversions':>12}",
    ]
    for name, ratio in run.ratios.items():
        lines.append(f"{name:<28} {ratio:>8.3f} {run.conversions[name]:>12}")
    for count, (ratio, megabytes) in run.growth.items():
        lines.append(
            f"{count + ' variants, each':<28} {ratio:>8.3f} {count:>12}   workers {megabytes:.0f} MB"
        )
    for workers, ratio in run.xception.items():
        lines.append(
            f"ten of Xception, workers: {workers:<2} {ratio:>8.3f} {10:>12}   1.00 is one plain process"
        )
    return lines


def plot(runs: Sequence[dict[str, Any]], path: pathlib.Path) -> None:
    """Draw the newest run's time for a variant and the workers' memory against the number of variants."""
    # No display, and no cache of fonts in the user's folder.
    os.environ.setdefault(
        "MPLCONFIGDIR", os.path.join(os.environ.get("TMPDIR", "/tmp"), "matplotlib")
    )
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    growth = runs[-1]["growth"]
    counts = [int(count) for count in growth]
    figure, (left, right) = pyplot.subplots(1, 2, figsize=(8, 3), layout="constrained")
    for axes, index, title in (
        (left, 0, "time for a variant (1 variant = 1)"),
        (right, 1, "workers' peak memory (MB)"),
    ):
        axes.plot(counts, [values[index] for values in growth.values()], marker="o")
        axes.set_xscale("log", base=2)
        axes.set_xticks(counts, [str(count) for count in counts])
        axes.set_ylim(0, 1.1 * max(values[index] for values in growth.values()))
        axes.set_xlabel("int8 variants of digits in one build")
        axes.set_title(title, fontsize=10)
    figure.savefig(path, dpi=100, metadata={"Software": None})
    pyplot.close(figure)
