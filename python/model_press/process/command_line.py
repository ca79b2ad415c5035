"""The command line of every program: parameter files, workers, one policy for errors and exit codes."""

import argparse
import dataclasses
import os
import sys
import traceback
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

from absl import app, flags, logging
from absl.flags import argparse_flags

from model_press.formats import files
from model_press.formats.errors import ExitCode, UserError
from model_press.process import worker

VERBOSE_VARIABLE = "MODEL_PRESS_VERBOSE"

Say = Callable[[str], None]


@dataclasses.dataclass(frozen=True)
class Command:
    """What a program does for one set of options.

    Attributes:
      name: the word that selects it.
      help: what it does, in one line.
      add_arguments: adds its options to a parser.
      run: does the work; `say` takes each line meant for the user. None stands for ExitCode.OK.
    """

    name: str
    help: str
    add_arguments: Callable[[argparse.ArgumentParser], Any]
    run: Callable[[argparse.Namespace, Say], int | None]


class UsageError(UserError):
    """Arguments that the program does not take."""


class _Parser(argparse_flags.ArgumentParser):  # type: ignore[misc]
    """Raises instead of exiting, so that a bad argument in a worker does not end the worker."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{self.prog}: {message}")


def parser(*commands: Command, prog: str | None = None) -> argparse.ArgumentParser:
    """Return the parser of a program.

    Args:
      commands: what the program can do.
      prog: its name; each command is then a subcommand. Without it the program is its one command.
    """
    if prog is None:
        (command,) = commands
        return _add(
            _Parser(prog=command.name, description=command.help, allow_abbrev=False), command
        )
    result = _Parser(prog=prog, allow_abbrev=False)
    subparsers = result.add_subparsers(
        dest="command", required=True, metavar="SUBCOMMAND", parser_class=_Parser
    )
    for command in commands:
        sub = subparsers.add_parser(
            command.name,
            help=command.help,
            description=command.help,
            allow_abbrev=False,
            inherited_absl_flags=None,
        )
        _add(sub, command)
    return result


def _add(sub: argparse.ArgumentParser, command: Command) -> argparse.ArgumentParser:
    sub.add_argument("--label", default="", help=argparse.SUPPRESS)  # the target, for error lines
    sub.add_argument("--verbose", action="store_true", help="show tracebacks of internal errors")
    command.add_arguments(sub)
    sub.set_defaults(run=command.run)
    return sub


def require(parser: argparse.ArgumentParser, *options: str) -> None:
    """Add options that must be given, such as "--model"."""
    for option in options:
        parser.add_argument(option, required=True)


def run(argv: Sequence[str], say: Say, *commands: Command, prog: str | None = None) -> int:
    """Run one command.

    Args:
      argv: arguments without the program's name; `@file` stands for the file's lines.
      say: takes each line meant for the user (gate measurements, the error line).
      commands, prog: as for `parser`.
    Returns:
      An ExitCode; after a failure the last line is `ERROR //label: message`.
    """
    start = "ERROR"
    verbose = bool(os.environ.get(VERBOSE_VARIABLE))
    try:
        argv = expand_param_files(argv)
        label = _label(argv)
        start = f"ERROR {label}:" if label else start
        options = parser(*commands, prog=prog).parse_args(argv)
        verbose = verbose or options.verbose
        logging.set_verbosity(logging.DEBUG if verbose else logging.WARNING)
        return options.run(options, say) or ExitCode.OK
    except UserError as error:
        say(f"{start} {error}")
        return ExitCode.USAGE if isinstance(error, UsageError) else ExitCode.FAILED
    except SystemExit as error:  # --help
        return error.code if isinstance(error.code, int) else ExitCode.FAILED
    except MemoryError:
        say(f"{start} out of memory; close other programs or build with --jobs=1")
    except OSError as error:
        say(f"{start} {error.strerror or error}: {error.filename or 'disk or memory'}")
        if verbose:
            say(traceback.format_exc())
    except Exception as error:  # a defect of ours: one line, and how to see the rest
        text = " ".join(str(error).split())
        say(
            f"{start} internal error {type(error).__name__}: {text:.300} (set "
            f"{VERBOSE_VARIABLE}=1, with Bazel --action_env={VERBOSE_VARIABLE}=1, for the traceback)"
        )
        if verbose:
            say(traceback.format_exc())
    return ExitCode.FAILED


def main(*commands: Command, prog: str | None = None) -> NoReturn:
    """Run a program (see `parser`), or serve a build server with --persistent_worker; end the process."""
    arguments = sys.argv[1:]
    serve = worker.OPTION in arguments

    def execute(_: Any) -> int:
        if not serve:
            return run(arguments, to_stderr, *commands, prog=prog)
        startup = [argument for argument in arguments if argument != worker.OPTION]
        return worker.serve(
            lambda request, say: run([*startup, *request], say, *commands, prog=prog)
        )

    # The options are parsed by `run`, which a worker calls once a request.
    app.run(execute, flags_parser=lambda argv: flags.FLAGS(argv[:1]))
    raise AssertionError("app.run ends the process")


def to_stderr(line: str) -> None:
    """Print a line meant for the user."""
    print(line, file=sys.stderr, flush=True)


def expand_param_files(argv: Sequence[str]) -> list[str]:
    """Replace a leading-@ argument that names a file by the file's lines, one argument a line.

    Only the last argument can be one: Bazel puts it there. A label such as @repo//:x is not one.
    """
    argv = list(argv)
    if not argv or not argv[-1].startswith("@") or (len(argv) > 1 and argv[-2] == "--label"):
        return argv
    path = files.require_file(argv[-1][1:], "parameter file")
    return argv[:-1] + path.read_text("utf-8").splitlines()


def _label(argv: Sequence[str]) -> str | None:
    for index, argument in enumerate(argv):
        if argument == "--label" and index + 1 < len(argv):
            return plain_label(argv[index + 1])
        if argument.startswith("--label="):
            return plain_label(argument.partition("=")[2])
    return None


def plain_label(label: str) -> str:
    """Return a label as a user types it: Bazel 7 writes @@//pkg:x for the main repository's //pkg:x."""
    stripped = label.lstrip("@")
    return stripped if stripped.startswith("//") else label
