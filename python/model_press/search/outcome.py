"""The outcome of one trial of a search, and the bounds."""

import dataclasses
from collections.abc import Iterator
from typing import Literal

FIGURES = ("top1_drop", "size_ratio", "latency_ratio", "memory_ratio")
Goal = Literal["size_ratio", "latency_ratio", "memory_ratio"]


@dataclasses.dataclass(frozen=True)
class Bounds:
    """The largest allowed value of each figure, or None for no bound.

    top1_drop: top-1 lost against the baseline, a fraction. The others are ratios to the baseline: bytes of the
    file, median latency with one thread, peak memory above the runtime's own.
    """

    top1_drop: float | None
    size_ratio: float | None
    latency_ratio: float | None
    memory_ratio: float | None


@dataclasses.dataclass(frozen=True)
class Outcome:
    """A finished trial.

    point: where in the space. The figures are as in Bounds, None where the trial failed.
    failure: why there is no variant at this point, "" where there is one.
    """

    point: tuple[int, ...]
    top1_drop: float | None
    size_ratio: float | None
    latency_ratio: float | None
    memory_ratio: float | None
    failure: str = ""


def excesses(outcome: Outcome, bounds: Bounds) -> dict[str, float]:
    """Return by how much each bounded figure exceeds its bound; not above zero if the bound holds."""
    pairs = {name: (getattr(outcome, name), getattr(bounds, name)) for name in FIGURES}
    return {name: figure - bound for name, (figure, bound) in pairs.items() if bound is not None}


def rejections(outcome: Outcome, bounds: Bounds) -> Iterator[str]:
    """Return why an outcome cannot win, in words."""
    if outcome.failure:
        yield outcome.failure
        return
    for name, excess in excesses(outcome, bounds).items():
        if excess > 0:
            yield f"{name} {getattr(outcome, name):.4g} is above {getattr(bounds, name):g}"
