"""The program behind `<best_variant>.search`: it tries points of a space, measures them and writes the lock."""

import argparse
import dataclasses
import os
import pathlib
import shlex

from model_press.formats import strict_json
from model_press.measure import machine
from model_press.process import command_line
from model_press.search import lock, lock_program, optimise, space, trials


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    lock_program.add_demands(parser)
    parser.add_argument("--name", required=True, help="of the compression in the lock")
    parser.add_argument(
        "--trials", type=int, default=20, help="points to try, earlier runs included"
    )
    parser.add_argument("--exhaustive", action="store_true", help="try every point")
    parser.add_argument("--seed", type=int, default=1, help="of the order of trials")
    parser.add_argument(
        "--state", help="folder for finished trials; by default in the user's cache"
    )
    command_line.require(parser, "--model", "--info", "--labels", "--recipe", "--images")
    command_line.require(parser, "--classes", "--baseline", "--baseline-manifest")
    parser.add_argument("--calibration")
    parser.add_argument("--training", default="", help="the compress program's options, quoted")
    parser.add_argument("--out", required=True, help="the lock, in the user's workspace")


def _run(options: argparse.Namespace, say: command_line.Say) -> None:
    grid = space.read(options.space)
    named = {
        field.name: getattr(options, field.name) for field in dataclasses.fields(trials.Inputs)
    }
    inputs = trials.Inputs(**{**named, "training": tuple(shlex.split(options.training))})
    folder = pathlib.Path(options.state) if options.state else _state(inputs.digest(grid))
    print(f"finished trials are kept in {folder}")
    store = optimise.Store(folder)
    bounds = lock_program.bounds(options)
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
    here = machine.this_machine()
    found = lock.make(options.name, grid, bounds, options.goal, outcomes, best, here)
    strict_json.write(out, found)
    print(f"the winner is {grid.values_at(best.point)}; wrote {out}")


def _state(digest: str) -> pathlib.Path:
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return pathlib.Path(cache) / "model_press" / "search" / digest[:16]


COMMAND = command_line.Command(
    "search", "try points of a space, measure them and write the lock", _add_arguments, _run
)

if __name__ == "__main__":
    command_line.main(COMMAND)
