"""How a gate becomes a command: it measures, writes its verdict, and is red or green."""

import argparse
from collections.abc import Callable
from typing import Any

from model_press.formats import files
from model_press.formats.errors import UserError
from model_press.gates.result import Result
from model_press.process import command_line


def gate(
    name: str,
    help: str,
    add_arguments: Callable[[argparse.ArgumentParser], Any],
    check: Callable[[argparse.Namespace], Result],
) -> command_line.Command:
    """Return the command of a gate, which rules call `name`, such as "check-size"; it has the option --out, too."""

    def add(parser: argparse.ArgumentParser) -> None:
        add_arguments(parser)
        parser.add_argument("--out", required=True, help="the verdict as JSON")

    def run(options: argparse.Namespace, say: command_line.Say) -> None:
        result = check(options)
        files.write_json(options.out, result.to_json())
        for line in result.lines():
            say(line)
        if not result.green:
            raise UserError(result.failure())

    return command_line.Command(name, help, add, run)
