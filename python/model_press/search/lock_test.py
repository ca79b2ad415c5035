"""The lock: round trip, and refused when the space, the bounds or the winner are no longer its own."""

import dataclasses

import pytest
from testing import programs
from testing.raises import user_error
from testing.search_space import BOUNDS, data_of, outcome_at, space_of

from model_press.formats import files, strict_json
from model_press.measure import machine
from model_press.search import lock, lock_program, optimise


@pytest.fixture
def made() -> lock.Lock:
    outcomes = [outcome_at(point) for point in space_of().points()]
    best = optimise.winner(outcomes, BOUNDS, "size_ratio", space_of())
    here = machine.this_machine()
    return lock.make("best", space_of(), BOUNDS, "size_ratio", outcomes, best, here)


def _check(value, **changes):
    given = {"space": space_of(), "bounds": BOUNDS, "goal": "size_ratio", **changes}
    lock.check(value, command="bazel run //x:best.search", **given)


def test_round_trip(made, tmp_path):
    strict_json.write(tmp_path / "l.json", made)
    assert lock.read(tmp_path / "l.json") == made
    assert made.compression.name == "best" and len(made.trace) == 45
    assert any(tried.rejected.startswith("top1_drop") for tried in made.trace)
    _check(made)


def test_a_stale_lock_is_refused(made):
    with user_error("the lock is stale: its goal is size_ratio", "bazel run //x:best.search"):
        _check(made, goal="latency_ratio")
    with user_error("bound on top1_drop is 0.015, expected 0.01"):
        _check(made, bounds=dataclasses.replace(BOUNDS, top1_drop=0.01))
    narrower = dataclasses.replace(space_of(), parameters=space_of().parameters[:1])
    with user_error("its space is"):
        _check(made, space=narrower)


def test_an_edited_lock_is_refused(made):
    channels = dataclasses.replace(made.compression.channels, budget=0.9)
    edited = dataclasses.replace(made.compression, channels=channels)
    with user_error("its compression is edited"):
        _check(dataclasses.replace(made, compression=edited))
    worse = dataclasses.replace(made.winner, top1_drop=0.5)
    with user_error("its winner is top1_drop 0.5 is above 0.015"):
        _check(dataclasses.replace(made, winner=worse))


def test_the_program(made, tmp_path, capsys):
    files.write_json(tmp_path / "space.json", data_of())
    strict_json.write(tmp_path / "lock.json", made)

    def call(command, *options):
        words = [command, "--label=//x:best", f"--lock={tmp_path / 'lock.json'}", *options]
        return programs.call(words, *lock_program.COMMANDS, prog="lock")

    common = [f"--space={tmp_path / 'space.json'}", "--goal=size_ratio", "--search=SEARCH"]
    assert call("check", *common, "--max-top1-drop=0.015") == 0
    assert "45 of 45 points tried" in capsys.readouterr().out
    assert call("check", *common, "--max-top1-drop=0.02") == 1
    assert capsys.readouterr().err.startswith("ERROR //x:best: the lock is stale")
    out = tmp_path / "compression.json"
    assert call("extract", f"--out={out}") == 0
    assert files.read_json(out, "compression") == strict_json.to_json(made.compression)
