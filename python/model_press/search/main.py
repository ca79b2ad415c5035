"""best_variant's program: `run` searches and writes the lock, `extract` takes its winner out, `check` tests it."""

import argparse
import os
import pathlib
import shlex
import sys
from collections.abc import Callable

from model_press.formats import files, strict_json
from model_press.process import command_line
from model_press.search import lock, space
from model_press.search.outcome import FIGURES, Bounds

_GOALS = [name for name in FIGURES if name != "top1_drop"]


def parser() -> argparse.ArgumentParser:
    """Return the subcommands."""
    result, command = command_line.commands("search")

    sub = command("run", _search, "try points of a space, measure them and write the lock")
    _add_demands(sub)
    sub.add_argument("--name", required=True, help="of the compression in the lock")
    sub.add_argument("--trials", type=int, default=20, help="points to try, earlier runs included")
    sub.add_argument("--exhaustive", action="store_true", help="try every point")
    sub.add_argument("--seed", type=int, default=1, help="of the order of trials")
    sub.add_argument("--state", help="folder for finished trials; by default in the user's cache")
    for name in ("model", "info", "labels", "recipe", "images", "classes", "baseline"):
        sub.add_argument(f"--{name}", required=True)
    sub.add_argument("--baseline-manifest", required=True)
    sub.add_argument("--calibration")
    sub.add_argument("--training", default="", help="the compress program's options, quoted")
    sub.add_argument("--out", required=True, help="the lock, in the user's workspace")

    sub = command("extract", _extract, "the compression that a lock holds")
    sub.add_argument("--lock", required=True)
    sub.add_argument("--out", required=True)

    sub = command("check", _check, "whether a lock is of this search")
    _add_demands(sub)
    sub.add_argument("--lock", required=True)
    sub.add_argument("--search", required=True, help="the command that searches, for the message")
    sub.add_argument("--out", help="JSON with the results")
    return result


def _add_demands(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--space", required=True)
    parser.add_argument("--goal", choices=_GOALS, required=True)
    for name in FIGURES:
        parser.add_argument(f"--max-{name.replace('_', '-')}", type=float)


def _bounds(options: argparse.Namespace) -> Bounds:
    return Bounds(*(getattr(options, f"max_{name}") for name in FIGURES))


def _search(options: argparse.Namespace, say: Callable[[str], None]) -> int:
    from model_press.measure import machine
    from model_press.search import optimise, trials
    from model_press.search.store import Store

    grid = space.read(options.space)
    inputs = trials.Inputs(
        **{
            name: getattr(options, name)
            for name in ("model", "info", "labels", "recipe", "calibration", "images", "classes")
        },
        baseline=options.baseline,
        baseline_manifest=options.baseline_manifest,
        training=tuple(shlex.split(options.training)),
    )
    folder = pathlib.Path(options.state) if options.state else _state(inputs.digest(grid))
    print(f"finished trials are kept in {folder}")
    store = Store(folder)
    bounds = _bounds(options)
    outcomes = optimise.search(
        grid,
        bounds,
        options.goal,
        grid.size if options.exhaustive else options.trials,
        options.seed,
        trials.Trials(inputs, grid, store.scratch).evaluate,
        store,
    )
    best = optimise.winner(outcomes, bounds, options.goal, grid)
    out = pathlib.Path(os.environ.get("BUILD_WORKSPACE_DIRECTORY", ""), options.out)
    lock.write(
        out,
        lock.make(options.name, grid, bounds, options.goal, outcomes, best, machine.this_machine()),
    )
    print(f"the winner is {grid.values_at(best.point)}; wrote {out}")
    return 0


def _state(digest: str) -> pathlib.Path:
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return pathlib.Path(cache) / "model_press" / "search" / digest[:16]


def _extract(options: argparse.Namespace, say: Callable[[str], None]) -> int:
    files.write_json(options.out, strict_json.to_json(lock.read(options.lock).compression))
    return 0


def _check(options: argparse.Namespace, say: Callable[[str], None]) -> int:
    found = lock.read(options.lock)
    lock.check(found, space.read(options.space), _bounds(options), options.goal, options.search)
    print(f"the lock is the search's: {len(found.trace)} of {found.space_points} points tried")
    if options.out:
        files.write_json(options.out, {"tried": len(found.trace), "points": found.space_points})
    return 0


def main(argv: list[str] | None = None) -> int:
    """Run a subcommand; 1 and one line on standard error for a user's mistake."""
    return command_line.main(argv, make_parser=parser)


if __name__ == "__main__":
    sys.exit(main())
