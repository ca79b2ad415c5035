"""What the check found, as JSON and as a Markdown table."""

import dataclasses

from benchmarks import record
from model_press.measure.metrics import Machine

SCHEMA_VERSION = 1
NAME = "zoo"
_ROUNDING = "rounding to eight bits, since the float recipes hold"


@dataclasses.dataclass(frozen=True)
class Row:
    """One recipe of one network.

    builds: whether the recipe converts it. loads: runtimes that have all its operators. partitions: of XNNPACK in
    LiteRT; outside: operators left out, with their number. correlation: of the logits with Keras', each class less its
    mean over the images; swapped: that of Keras' own logits with red and blue exchanged; top1: share of images with
    the same best class. holds: whether the correlation reaches the recipe's bound. problem: what fails, by cause, or
    "". fix: what to do about it, or "".
    """

    network: str
    recipe: str
    builds: bool
    bytes: int
    seconds: float
    loads: tuple[str, ...]
    partitions: int
    outside: tuple[str, ...]
    correlation: float
    swapped: float
    top1: float
    holds: bool
    problem: str
    fix: str


@dataclasses.dataclass(frozen=True)
class Report:
    """Runs, one after another; date: ISO 8601 of the last."""

    schema_version: int
    date: str
    machine: Machine
    runtime: str
    rows: tuple[Row, ...]


def merge(old: Report | None, new: Report) -> Report:
    """The new rows, and of the old ones those that were not run again; by network and recipe."""
    done = {(row.network, row.recipe) for row in new.rows}
    kept = [row for row in (old.rows if old else ()) if (row.network, row.recipe) not in done]
    rows = sorted([*kept, *new.rows], key=lambda row: (row.network, row.recipe))
    return dataclasses.replace(new, rows=tuple(_explained(row, rows) for row in rows))


def _explained(row: Row, rows: list[Row]) -> Row:
    """Names rounding as the cause where a recipe of eight bits does not hold and the same network in float does."""
    floats = [r.holds for r in rows if r.network == row.network and r.recipe in ("fp16", "fp32")]
    eight_bits = row.builds and not row.holds and "int8" in row.recipe
    if not eight_bits or not floats or not all(floats) or row.problem.startswith(_ROUNDING):
        return row
    return dataclasses.replace(row, problem=f"{_ROUNDING}: {row.problem}")


def write(report: Report, folder: str) -> None:
    """Writes zoo.json and zoo.md into an existing folder."""
    record.write(report, markdown(report), folder, NAME)


def read(path: str) -> Report:
    """Reads zoo.json."""
    return record.read(Report, path)


def markdown(report: Report) -> str:
    """The table, one line a recipe, and below it each problem with its fix."""
    lines = [
        "# Which recipes hold on well-known architectures",
        "",
        f"{record.when_and_where(report.date, report.machine)}, {report.runtime} with XNNPACK; networks of "
        "keras.applications with random weights and batch normalisation's statistics from photographs, logits as "
        "output. In brackets what exchanging red and blue leaves of the correlation: a recipe of eight bits holds if "
        "it loses less than half of that. Written by `bazel run //python/benchmarks:zoo`.",
        "",
        "| network | recipe | builds | MB | loads in | partitions | outside "
        "| correlation of logits (BGR) | same top-1 | holds |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for row in report.rows:
        cells = [row.network, row.recipe, "yes" if row.builds else "**no**"]
        if row.builds:
            cells += [
                f"{row.bytes / 1e6:.1f}",
                ", ".join(row.loads) or "**none**",
                row.partitions,
                ", ".join(row.outside),
                f"{row.correlation:.4f} ({row.swapped:.2f})",
                f"{row.top1:.0%}",
                "yes" if row.holds else "**no**",
            ]
        else:
            cells += [""] * 7
        lines.append(f"| {' | '.join(str(cell) for cell in cells)} |")
    problems = [row for row in report.rows if row.problem]
    if problems:
        lines += ["", "| network | recipe | cause | what to do |", "|---|---|---|---|"]
        lines += [f"| {r.network} | {r.recipe} | {r.problem} | {r.fix} |" for r in problems]
    return "\n".join(lines) + "\n"
