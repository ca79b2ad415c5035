"""Imports Core ML's protocol buffer messages from coremltools without its import-time output."""

import contextlib
import functools
import io
import logging
import types
import warnings
from collections.abc import Iterator

from model_press.process import tf_quiet


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Hide coremltools' notices: untested versions of packages, and libraries that only a Mac has."""
    # Its logger sets its own level on import, so a filter on the root is not enough.
    previous = logging.root.manager.disable
    logging.disable(logging.ERROR)
    try:
        with (
            tf_quiet.capture_stderr(),
            contextlib.redirect_stderr(io.StringIO()),  # progress bars
            warnings.catch_warnings(),
        ):
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(previous)


@functools.cache
def model_pb2() -> types.ModuleType:
    """Return the module with the message Model."""
    with quiet():
        from coremltools.proto import Model_pb2
    return Model_pb2
