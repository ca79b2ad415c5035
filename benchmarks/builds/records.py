"""The results of the build benchmark: a file that keeps every run, a table of ratios, a plot."""

import argparse
import dataclasses
import os
import pathlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

from model_press.formats import files, strict_json

from benchmarks import record
from benchmarks.builds.bazel import Build

SCHEMA_VERSION = 1


class Record(Protocol):
    """A dataclass that tells of one run."""

    def lines(self) -> list[str]:
        """Return the lines to print."""


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

    def lines(self) -> list[str]:
        """Return the lines to print."""
        lines = [
            f"{self.date}, {self.machine}, Bazel {self.bazel}; 1.00 is one int8 conversion of digits with a worker's "
            "start",
            f"{'':<28} {'ratio':>8} {'conversions':>12}",
        ]
        for name, ratio in self.ratios.items():
            lines.append(f"{name:<28} {ratio:>8.3f} {self.conversions[name]:>12}")
        for count, (ratio, megabytes) in self.growth.items():
            name = f"{count} variants, each"
            lines.append(f"{name:<28} {ratio:>8.3f} {count:>12}   workers {megabytes:.0f} MB")
        for workers, ratio in self.xception.items():
            name = f"ten of Xception, workers: {workers}"
            lines.append(f"{name:<28} {ratio:>8.3f} {10:>12}   1.00 is one plain process")
        return lines


def run_of(
    machine: str,
    bazel: str,
    builds: Mapping[str, Build],
    growth: Mapping[int, Build],
    xception: Mapping[str, float],
) -> Run:
    """Return today's record of measured builds; growth[1] is the unit."""
    unit = growth[1].seconds
    return Run(
        date=record.today(),
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


def parser(prog: str, description: str | None) -> argparse.ArgumentParser:
    """Return the options that both benchmarks of builds have."""
    result = argparse.ArgumentParser(
        prog=prog, description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    result.add_argument("--bazel", default="bazel")
    result.add_argument(
        "--records", default="benchmarks/builds/records", help="folder in the workspace"
    )
    return result


def workspace() -> pathlib.Path:
    """Return the root of the workspace that `bazel run` was called in."""
    return pathlib.Path(os.environ.get("BUILD_WORKSPACE_DIRECTORY", ".")).resolve()


def append(path: pathlib.Path, run: Record) -> list[dict[str, Any]]:
    """Add a run to the file of all runs; return them, the newest last."""
    runs = files.read_json(path, "record")["runs"] if path.exists() else []
    runs.append(strict_json.to_json(run))
    path.parent.mkdir(parents=True, exist_ok=True)
    files.write_json(path, {"schema_version": SCHEMA_VERSION, "runs": runs})
    return runs


def tell(run: Record, faults: Iterable[str]) -> bool:
    """Print a run and its faults; return whether there are any."""
    errors = [f"ERROR {fault}" for fault in faults]
    print("\n".join([*run.lines(), *errors]))
    return bool(errors)


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
