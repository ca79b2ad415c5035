"""The verdict on a latency ratio: clear either way, or undecided and measured again."""

import numpy as np
import pytest

from model_press.measure import ratio


def _rounds(median: float, noise: float, count: int, seed: int) -> list[list[float]]:
    rng = np.random.default_rng(seed)
    return [list(median * rng.normal(1, noise, 9)) for _ in range(count)]


@pytest.mark.parametrize(
    ("variant", "bound", "expected"),
    [(5.0, 0.6, "pass"), (5.0, 0.4, "fail"), (10.0, 0.5, "fail")],
)
def test_clear_cases(variant, bound, expected):
    found = ratio.of_rounds(_rounds(variant, 0.02, 12, 1), _rounds(10.0, 0.02, 12, 2), bound)
    assert found.verdict == expected
    assert found.low <= found.value <= found.high
    assert found.value == pytest.approx(variant / 10, rel=0.02)


def test_noise_around_the_bound_is_undecided():
    found = ratio.of_rounds(_rounds(5.0, 0.3, 6, 3), _rounds(10.0, 0.3, 6, 4), 0.5)
    assert found.low < 0.5 < found.high
    assert found.verdict == "undecided"


def test_a_slow_minute_that_hits_both_cancels():
    slow = [1, 1, 4, 4, 1, 1]
    variant = [[5.0 * s] * 3 for s in slow]
    baseline = [[10.0 * s] * 3 for s in slow]
    assert ratio.of_rounds(variant, baseline, 0.5).value == 0.5


def test_measured_again_until_decided_and_no_longer():
    verdicts = iter(["undecided", "undecided", "pass", "fail"])
    calls = []

    def add() -> ratio.Ratio:
        calls.append(1)
        return ratio.Ratio(0.5, 0.4, 0.6, 0.5, next(verdicts), 3)

    assert ratio.decide(add, attempts=10).verdict == "pass"
    assert len(calls) == 3


def test_gives_up_undecided():
    still = ratio.Ratio(0.5, 0.4, 0.6, 0.5, "undecided", 3)
    assert ratio.decide(lambda: still, attempts=2).verdict == "undecided"
