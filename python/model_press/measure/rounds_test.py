"""Turns are interleaved and scaled to the model's speed."""

import pytest

from model_press.measure import rounds


def _timed(ms: float, log: list[str], name: str) -> rounds.Timed:
    def run(count: int) -> list[float]:
        log.append(name)
        return [ms] * count

    return rounds.Timed(run)


def test_configurations_take_turns():
    log: list[str] = []
    timed = [_timed(20, log, "a"), _timed(30, log, "b")]
    rounds.warm_up(timed)
    log.clear()
    for index in range(3):
        rounds.measure(timed, index)
    assert log == ["a", "b"] * 3


def test_a_slow_configuration_sits_rounds_out():
    log: list[str] = []
    timed = [_timed(1, log, "fast"), _timed(2000, log, "slow")]
    rounds.warm_up(timed)
    assert (len(timed[0].warmup), len(timed[1].warmup)) == (3, 1)
    for index in range(10):
        rounds.measure(timed, index)
    assert len(timed[0].rounds) == 10
    assert len(timed[1].rounds) == 2


def test_summary():
    timed = _timed(1, [], "a")
    timed.warmup = [1.0]
    timed.rounds = [[1.0, 2.0, 3.0], [4.0, 5.0]]
    found = timed.latency()
    assert (found.median_ms, found.iqr_ms, found.runs) == (3.0, 2.0, 5)
    assert found.p90_ms == pytest.approx(4.6)
