"""How a test calls a program: as its main does, but in this process."""

from collections.abc import Sequence

from model_press.process import command_line


def call(argv: Sequence[object], *commands: command_line.Command, prog: str | None = None) -> int:
    """Run a command, its lines on standard error, and return its exit code."""
    return command_line.run(
        [str(argument) for argument in argv], command_line.to_stderr, *commands, prog=prog
    )


def lines(
    argv: Sequence[object], *commands: command_line.Command, prog: str | None = None
) -> tuple[int, list[str]]:
    """Run a command and return its exit code and its lines."""
    said: list[str] = []
    words = [str(argument) for argument in argv]
    return command_line.run(words, said.append, *commands, prog=prog), said
