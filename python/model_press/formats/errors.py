"""The one exception that a user is meant to read, and the exit codes of every program."""

import enum

_LONGEST = 1000


class ExitCode(enum.IntEnum):
    """How a program of the project ends.

    Attributes:
      OK: all that was asked for is done.
      FAILED: the user's input was refused, a gate is red, or the program is defective.
      USAGE: the program does not take these arguments.
      BUNDLE: an app's own model files are missing, damaged or do not load.
      NO_DEVICE: there is no camera, or an address cannot be bound.
    """

    OK = 0
    FAILED = 1
    USAGE = 2
    BUNDLE = 3
    NO_DEVICE = 4


class UserError(Exception):
    """A user's mistake, in one line: what was found, what was expected, how to fix it.

    The command line prints it as `ERROR //label: message` and exits with ExitCode.FAILED; it never shows a traceback.
    """

    def __init__(self, message: str):
        text = _printable(" ".join(message.split()))
        if len(text) > _LONGEST:
            # A damaged file's own bytes may be quoted; what to do stands at the end.
            text = f"{text[: _LONGEST // 2]} … {text[-_LONGEST // 2 :]}"
        super().__init__(text)


def _printable(text: str) -> str:
    r"""Return text that prints on one line: unprintable characters appear as escapes, \u202e or \ud800."""
    return "".join(
        letter if letter.isprintable() else letter.encode("unicode_escape").decode()
        for letter in text
    )
