"""Interleaved timing: every configuration takes a turn in each round.

A slow minute of the machine then hits them all.
"""

import dataclasses
from collections.abc import Callable, Sequence

import numpy as np

from model_press.formats.metrics import Latency

# One turn lasts about this long, so that a fast model is not timed on one inference nor a slow one for minutes.
_TURN_MS = 60.0
_MAX_PER_TURN = 50
# A configuration slower than this sits out rounds: reference kernels take seconds an image.
_SLOW_MS = 400.0


@dataclasses.dataclass
class Timed:
    """The times (ms) of one configuration, a list per round.

    every: run this configuration only in every N-th round.
    """

    run: Callable[[int], list[float]]
    warmup: list[float] = dataclasses.field(default_factory=list)
    rounds: list[list[float]] = dataclasses.field(default_factory=list)
    every: int = 1

    def turn(self) -> int:
        """Return the inferences per turn, from the quickest of the warm-up: one disturbed run must not count."""
        return int(np.clip(_TURN_MS / max(min(self.warmup), 1e-3), 1, _MAX_PER_TURN))

    def due(self, index: int) -> bool:
        """Return whether it takes part in round `index`; a slow one in every second, third ... only."""
        return index % max(self.every, round(min(self.warmup) / _SLOW_MS)) == 0

    def latency(self) -> Latency:
        """Return the summary over all rounds."""
        times = np.concatenate([np.asarray(times) for times in self.rounds])
        low, median, high, p90 = np.percentile(times, (25, 50, 75, 90))
        return Latency(
            median_ms=round(float(median), 4),
            p90_ms=round(float(p90), 4),
            iqr_ms=round(float(high - low), 4),
            runs=len(times),
            warmup_runs=len(self.warmup),
        )


def warm_up(timed: Sequence[Timed], runs: int = 3) -> None:
    """Run each configuration a few times (a slow one once); the times are kept apart."""
    for each in timed:
        each.warmup += each.run(1)
        if each.warmup[-1] < _SLOW_MS:
            each.warmup += each.run(runs - 1)


def measure(timed: Sequence[Timed], index: int) -> None:
    """Add round number `index` to every configuration that is due."""
    for each in timed:
        if each.due(index):
            each.rounds.append(each.run(each.turn()))
