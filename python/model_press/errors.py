"""The one exception that a user is meant to read."""


class UserError(Exception):
    """A mistake in what the user gave: one line saying what was given, what is expected, how to fix it.

    The command line prints it as `ERROR //label: message` and exits with 1; it never shows a traceback.
    """

    def __init__(self, message: str):
        super().__init__(" ".join(message.split()))
