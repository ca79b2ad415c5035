"""The search: few trials find the best point, a killed one goes on, and bounds decide who may win."""

import dataclasses
import signal
import subprocess
import sys

import pytest
from testing.raises import user_error
from testing.search_space import BOUNDS, outcome_at, space_of

from model_press.process import child
from model_press.search import optimise
from model_press.search.optimise import Store
from model_press.search.outcome import Bounds, Outcome, rejections


def _search(folder, trials, seed=1, evaluate=outcome_at, bounds=BOUNDS):
    lines = []
    found = optimise.search(
        space_of(), bounds, "size_ratio", trials, seed, evaluate, Store(folder), lines.append
    )
    return found, lines


def test_a_third_of_the_trials_finds_the_best_point(tmp_path):
    grid = space_of()
    best = optimise.winner([outcome_at(p) for p in grid.points()], BOUNDS, "size_ratio", grid)
    assert 0 < best.point[0] < grid.shape[0] - 1 and 0 < best.point[1] < grid.shape[1] - 1
    near = 0
    for seed in range(3):
        found, _ = _search(tmp_path / str(seed), grid.size // 3, seed)
        assert len(found) == grid.size // 3 == len({outcome.point for outcome in found})
        winner = optimise.winner(found, BOUNDS, "size_ratio", grid)
        near += winner.size_ratio <= 1.01 * best.size_ratio
    assert near == 3


def test_known_trials_are_not_repeated(tmp_path):
    tried = []

    def evaluate(point):
        tried.append(point)
        return outcome_at(point)

    _search(tmp_path, 6, evaluate=evaluate)
    found, lines = _search(tmp_path, 10, evaluate=evaluate)
    assert len(found) == len(tried) == len(set(tried)) == 10
    assert len(lines) == 4 and lines[0].startswith("trial 7/10 channels.budget")


_KILLED = """
import os, pathlib, signal, sys
from model_press.search import optimise
from testing.search_space import BOUNDS, outcome_at, space_of

folder, fatal = pathlib.Path(sys.argv[1]), int(sys.argv[2])

def evaluate(point):
    with open(folder / "tried", "a") as log:
        log.write(f"{point}\\n")
    if len((folder / "tried").read_text().splitlines()) == fatal:
        os.kill(os.getpid(), signal.SIGKILL)
    return outcome_at(point)

store = optimise.Store(folder / "state")
optimise.search(space_of(), BOUNDS, "size_ratio", 8, 1, evaluate, store)
"""


def test_a_killed_search_goes_on(tmp_path):
    def run(fatal):
        command = [sys.executable, "-c", _KILLED, str(tmp_path), str(fatal)]
        return subprocess.run(command, env=child.environment(), check=False).returncode

    assert run(5) == -signal.SIGKILL
    assert len(list(Store(tmp_path / "state").outcomes())) == 4
    assert run(0) == 0
    tried = (tmp_path / "tried").read_text().splitlines()
    assert len(list(Store(tmp_path / "state").outcomes())) == 8
    # The one that was killed was not finished: it is free to be tried again, those before it are not.
    assert len(tried) == 9 and len(set(tried[:4] + tried[5:])) == 8


def test_all_points_and_no_more(tmp_path):
    found, _ = _search(tmp_path, 1000)
    assert [outcome.point for outcome in found] == list(space_of().points())


def test_a_failed_point_is_a_result(tmp_path):
    def evaluate(point):
        if point[0] < 3:
            return Outcome(point, None, None, None, None, "too few channels")
        return outcome_at(point)

    found, _ = _search(tmp_path, 45, evaluate=evaluate)
    assert sum(bool(outcome.failure) for outcome in found) == 15
    assert not optimise.winner(found, BOUNDS, "size_ratio", space_of()).failure


def test_bounds_decide():
    outcome = outcome_at((4, 2))
    assert list(rejections(outcome, BOUNDS)) == []
    tight = dataclasses.replace(BOUNDS, size_ratio=0.01, memory_ratio=1.0)
    (why,) = rejections(outcome, tight)
    assert why == f"size_ratio {outcome.size_ratio:.4g} is above 0.01"


def test_no_winner_names_the_nearest():
    outcomes = [outcome_at(point) for point in space_of().points()]
    with user_error("none of 45 trials keeps the bounds", "top1_drop", "widen the space"):
        optimise.winner(outcomes, Bounds(1e-6, None, None, None), "size_ratio", space_of())
    failed = [Outcome((0, 0), None, None, None, None, "no channels left")]
    with user_error("none of 1 trials made a variant: no channels left"):
        optimise.winner(failed, BOUNDS, "size_ratio", space_of())


@pytest.mark.parametrize("goal", ["size_ratio", "latency_ratio", "memory_ratio"])
def test_the_goal_is_what_is_lowest(goal):
    outcomes = [outcome_at(point) for point in space_of().points()]
    best = optimise.winner(outcomes, BOUNDS, goal, space_of())
    good = [each for each in outcomes if each.top1_drop <= BOUNDS.top1_drop]
    assert getattr(best, goal) == min(getattr(each, goal) for each in good)
