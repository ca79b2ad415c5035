"""The program behind a best_variant with a lock: it takes the winner out, and it checks the lock."""

import argparse

from model_press.formats import files, strict_json
from model_press.process import command_line
from model_press.search import lock, space
from model_press.search.outcome import FIGURES, Bounds

_GOALS = [name for name in FIGURES if name != "top1_drop"]


def add_demands(parser: argparse.ArgumentParser) -> None:
    """Add the options that say what is searched."""
    parser.add_argument("--space", required=True)
    parser.add_argument("--goal", choices=_GOALS, required=True)
    for name in FIGURES:
        parser.add_argument(f"--max-{name.replace('_', '-')}", type=float)


def bounds(options: argparse.Namespace) -> Bounds:
    """Return the bounds that `add_demands` took."""
    return Bounds(*(getattr(options, f"max_{name}") for name in FIGURES))


def _add_extract(parser: argparse.ArgumentParser) -> None:
    command_line.require(parser, "--lock", "--out")


def _add_check(parser: argparse.ArgumentParser) -> None:
    add_demands(parser)
    parser.add_argument("--lock", required=True)
    parser.add_argument(
        "--search", required=True, help="the command that searches, for the message"
    )
    parser.add_argument("--out", help="JSON with the results")


def _extract(options: argparse.Namespace, say: command_line.Say) -> None:
    strict_json.write(options.out, lock.read(options.lock).compression)


def _check(options: argparse.Namespace, say: command_line.Say) -> None:
    found = lock.read(options.lock)
    lock.check(found, space.read(options.space), bounds(options), options.goal, options.search)
    print(f"the lock is the search's: {len(found.trace)} of {found.space_points} points tried")
    if options.out:
        files.write_json(options.out, {"tried": len(found.trace), "points": found.space_points})


COMMANDS = (
    command_line.Command("extract", "the compression that a lock holds", _add_extract, _extract),
    command_line.Command("check", "whether a lock is of this search", _add_check, _check),
)

if __name__ == "__main__":
    command_line.main(*COMMANDS, prog="lock")
