"""The exit codes, and the errors that choose one."""

from model_press.formats.errors import UserError

OK = 0
SOME_FAILED = 1  # a photo, folder or argument of the user's; what could be answered was
USAGE = 2  # argparse's own
BUNDLE = 3  # a model file is missing, damaged or does not load
NO_DEVICE = 4  # no camera, or an address that cannot be bound


class BundleError(UserError):
    """The runner's own files are not as they were built."""


class DeviceError(UserError):
    """Hardware or an address that is not there."""


class TooLargeError(UserError):
    """An image with more pixels, or a body with more bytes, than the limit."""


def exit_code(error: UserError) -> int:
    """Return the exit code that an error ends the program with."""
    if isinstance(error, BundleError):
        return BUNDLE
    return NO_DEVICE if isinstance(error, DeviceError) else SOME_FAILED
