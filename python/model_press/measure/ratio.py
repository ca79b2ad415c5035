"""Is one variant's latency at most a stated share of another's? A verdict that knows the noise."""

import dataclasses
from collections.abc import Callable, Sequence
from typing import Literal

import numpy as np
from scipy import stats

Verdict = Literal["pass", "fail", "undecided"]


@dataclasses.dataclass(frozen=True)
class Ratio:
    """A measured ratio with its 95 % confidence interval and its verdict on the bound."""

    value: float
    low: float
    high: float
    bound: float
    verdict: Verdict
    rounds: int


def of_rounds(
    variant: Sequence[Sequence[float]], baseline: Sequence[Sequence[float]], bound: float
) -> Ratio:
    """Return the ratio of the medians, round by round.

    The two took turns in each round, so a ratio per round cancels what the machine did meanwhile. The interval is
    SciPy's percentile bootstrap of the median over the rounds, seeded.

    Args:
      variant, baseline: times in ms, a list per round, equally many rounds (at least 3).
      bound: the largest allowed ratio.
    """
    ratios = np.array([np.median(a) / np.median(b) for a, b in zip(variant, baseline, strict=True)])
    value = float(np.median(ratios))
    if np.ptp(ratios) == 0:
        low = high = value
    else:
        interval = stats.bootstrap(
            (ratios,),
            np.median,
            method="percentile",
            rng=np.random.default_rng(0),
            n_resamples=2000,
        ).confidence_interval
        low, high = float(interval.low), float(interval.high)
    verdict: Verdict = "pass" if high <= bound else "fail" if low > bound else "undecided"
    return Ratio(value, low, high, bound, verdict, len(ratios))


def decide(add_rounds: Callable[[], Ratio], attempts: int) -> Ratio:
    """Measure more rounds until the interval clears the bound, at most `attempts` times."""
    for _ in range(attempts):
        ratio = add_rounds()
        if ratio.verdict != "undecided":
            break
    return ratio
