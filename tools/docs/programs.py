"""Reads a program's command line options from its parser."""

import argparse
import dataclasses
from collections.abc import Iterator, Sequence


@dataclasses.dataclass(frozen=True)
class Option:
    """usage: as it is typed, such as "--fit {crop,stretch}". default: as text, or None where there is none to say."""

    usage: str
    default: str | None
    text: str


@dataclasses.dataclass(frozen=True)
class Program:
    """text: what it does."""

    text: str
    options: tuple[Option, ...]


def of(parser: argparse.ArgumentParser, text: str = "", only: Sequence[str] = ()) -> Program:
    """Read a parser.

    Args:
      text: what the program does; by default the parser's description.
      only: the options that a user gives, where the rest is a rule's to give; by default all that have a help text.
    """
    return Program(text or parser.description or "", tuple(_options(parser, only)))


def _options(parser: argparse.ArgumentParser, only: Sequence[str]) -> Iterator[Option]:
    known = {name: action for action in parser._actions for name in action.option_strings}
    wanted = [known[name] for name in only] or [
        action
        for action in parser._actions
        if action.help != argparse.SUPPRESS and action.option_strings[-1:] != ["--helpfull"]
        if not isinstance(action, argparse._HelpAction)
    ]
    for action in wanted:
        flag = action.nargs == 0
        default = action.default in (None, [], argparse.SUPPRESS) or flag or action.required
        yield Option(_usage(action), None if default else str(action.default), action.help or "")


def _usage(action: argparse.Action) -> str:
    value = action.metavar or (action.dest if not action.option_strings else action.dest.upper())
    if action.choices:
        value = "{" + ",".join(map(str, action.choices)) + "}"
    if not action.option_strings:
        return f"{value} ..." if action.nargs in ("*", "+") else str(value)
    name = action.option_strings[-1]
    return name if action.nargs == 0 else f"{name} {value}"
