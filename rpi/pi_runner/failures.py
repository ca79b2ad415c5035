"""The errors that choose an exit code of their own."""

from model_press.formats.errors import ExitCode, UserError


class BundleError(UserError):
    """The runner's own files are not as they were built."""


class DeviceError(UserError):
    """Hardware or an address that is not there."""


class TooLargeError(UserError):
    """An image with more pixels, or a body with more bytes, than the limit."""


def exit_code(error: UserError) -> ExitCode:
    """Return the exit code that an error ends the program with."""
    if isinstance(error, BundleError):
        return ExitCode.BUNDLE
    return ExitCode.NO_DEVICE if isinstance(error, DeviceError) else ExitCode.FAILED
