"""Writes the results of the check as JSON and as a Markdown table."""

import dataclasses
from collections.abc import Sequence
from typing import ClassVar

from benchmarks import record

SCHEMA_VERSION = 2
# Changed forms that tell calibration's part in a failure.
MORE_IMAGES, SEEN = "64 images", "64 and those compared"
# Why eight bits do not hold where the float recipes do.
_ROUNDING = "rounding to eight bits, since the float recipes hold"
_OUTLYING = "logits that few images drive far from all others"
_FEW = "values beyond the ranges of 16 calibration images, since it holds with 64"
_UNLIKE = "values beyond the ranges that the calibration images have, since it holds where they include those compared"
_CALIBRATE = (
    "more `calibration` images, of the kind that the app will see; `calibration_report` names the activations that are "
    "cut off"
)
_INTRODUCTION = (
    "Networks of keras.applications with random weights and batch normalisation's statistics from photographs, "
    "logits as output. In brackets what exchanging red and blue leaves of the correlation: a recipe of eight bits "
    "holds if it loses less than half of that. A recipe with a comma is a shipped one, changed to mend what fails; "
    f"`{SEEN}` calibrates on the very images of the comparison, too, and tells whether ranges are the cause. "
    "Partitions are XNNPACK's; of fp16 one expands the weights at loading. "
    "Written by `bazel run //benchmarks:zoo`. Runs:"
)


@dataclasses.dataclass(frozen=True)
class Row:
    """One recipe of one network.

    cures: the recipe of the same network that fails and that this changed form of it is tried for, or "". builds:
    whether the recipe converts it. loads: runtimes that have all its operators. partitions: of XNNPACK in LiteRT;
    outside: operators left out, with their number. correlation: of the logits with Keras', each class less its mean
    over the images; swapped: that of Keras' own logits with red and blue exchanged. top1: share of images with the
    same best class. holds: whether the correlation reaches the recipe's bound. problem: what fails, by cause, or "".
    fix: what to do about it, or "". run: when, on which machine and by which runtime.
    """

    network: str
    recipe: str
    cures: str
    run: str
    problem: str = ""
    fix: str = ""
    builds: bool = False
    bytes: int = 0
    seconds: float = 0.0
    loads: tuple[str, ...] = ()
    partitions: int = 0
    outside: tuple[str, ...] = ()
    correlation: float = 0.0
    swapped: float = 0.0
    top1: float = 0.0
    holds: bool = False

    @property
    def is_whole(self) -> bool:
        """Whether XNNPACK runs it in one piece. Of fp16 the weights' expansion at loading is a piece of its own."""
        return self.partitions <= (2 if self.recipe == "fp16" else 1)

    @property
    def is_good(self) -> bool:
        return self.builds and self.holds and self.is_whole


@dataclasses.dataclass(frozen=True)
class Report:
    """Rows of any number of runs by network and recipe, each recipe followed by the attempts to improve it."""

    NAME: ClassVar[str] = "zoo"
    schema_version: int
    rows: tuple[Row, ...]

    def markdown(self) -> str:
        """Return the page: one line per recipe, followed by each problem, its fix and the attempts."""
        runs = list(dict.fromkeys(row.run for row in self.rows))
        results = record.table(
            "network | recipe | builds | MB | loads in | partitions | outside | correlation of logits (BGR) "
            "| same top-1 | holds | run",
            ((*_cells(row), runs.index(row.run) + 1) for row in self.rows),
        )
        problems = [
            (row.network, row.recipe, row.problem, row.fix, _came(tried(row, self.rows)))
            for row in self.rows
            if row.problem and not row.cures
        ]
        causes = record.table("network | recipe | cause | what to do | tried", problems)
        return record.page(
            "Which recipes hold on well-known architectures",
            _INTRODUCTION,
            "\n".join(f"{number}. {run}" for number, run in enumerate(runs, 1)),
            results,
            *([causes] if problems else []),
        )


def merge(old: Report | None, new: Report) -> Report:
    """Return the new rows, and of the old ones those that were not run again, nor tried for a recipe that was."""
    done = {(row.network, row.recipe) for row in new.rows}
    kept = [
        row
        for row in (old.rows if old else ())
        if not done & {(row.network, row.recipe), (row.network, row.cures)}
    ]
    rows = sorted(
        [*kept, *new.rows], key=lambda r: (r.network, r.cures or r.recipe, bool(r.cures), r.recipe)
    )
    return dataclasses.replace(new, rows=tuple(_explained(row, rows) for row in rows))


def tried(row: Row, rows: Sequence[Row]) -> list[Row]:
    """Return the attempts to improve a bad recipe: its changed forms, and other shipped recipes.

    Of one that is cut these are int8 and fp16, of an int8 that does not hold dynamic_int8 and fp16.
    """
    names = {row.recipe}
    if not row.is_whole:
        names |= {"int8", "fp16"}
    if not row.holds:
        names |= {"dynamic_int8", "fp16"}
    beside = [r for r in rows if r.network == row.network and r is not row]
    return [r for r in beside if r.cures in names or r.recipe in names]


def outlying(reach: float, problem: str) -> str:
    """Return the problem of a network with an outlier among its images; see networks.reach."""
    return (
        f"{_OUTLYING}, one of 64 images {reach:g} times as far from the median as the median image: what holds these "
        f"values has too few steps for the others, and what does not cuts them off: {problem}"
    )


def _explained(row: Row, rows: Sequence[Row]) -> Row:
    """Return the cause if a recipe of eight bits does not hold and the same network in float does."""
    beside = {r.recipe: r.holds for r in rows if r.network == row.network}
    floats = [beside[name] for name in ("fp16", "fp32") if name in beside]
    eight_bits = row.builds and not row.holds and "int8" in row.recipe
    named = row.problem.startswith(_OUTLYING)
    if not eight_bits or named or not floats or not all(floats):
        return row
    recipe = row.cures or row.recipe
    said = next(
        (part for part in (_ROUNDING, _FEW, _UNLIKE) if row.problem.startswith(f"{part}: ")), ""
    )
    problem = row.problem.removeprefix(f"{said}: ")
    if beside.get(f"{recipe}, {MORE_IMAGES}"):
        return dataclasses.replace(row, problem=f"{_FEW}: {problem}", fix=_CALIBRATE)
    if beside.get(f"{recipe}, {SEEN}"):
        return dataclasses.replace(row, problem=f"{_UNLIKE}: {problem}", fix=_CALIBRATE)
    return dataclasses.replace(row, problem=f"{_ROUNDING}: {problem}")


def _cells(row: Row) -> list[str]:
    if not row.builds:
        return [row.network, row.recipe, "**no**", *[""] * 7]
    return [
        row.network,
        row.recipe,
        "yes",
        f"{row.bytes / 1e6:.1f}",
        ", ".join(row.loads) or "**none**",
        str(row.partitions),
        ", ".join(row.outside),
        f"{row.correlation:.4f} ({row.swapped:.2f})",
        f"{row.top1:.0%}",
        "yes" if row.holds else "**no**",
    ]


def _came(tries: Sequence[Row]) -> str:
    return "; ".join(f"{row.recipe}: {_outcome(row)}" for row in tries) or "nothing"


def _outcome(row: Row) -> str:
    if not row.builds:
        return row.problem
    holds = "holds" if row.holds else "does not hold"
    return f"{holds}, {row.correlation:.3f}, {row.bytes / 1e6:.1f} MB, partitions {row.partitions}"
