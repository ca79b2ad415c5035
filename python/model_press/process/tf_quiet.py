"""Imports TensorFlow with its notices off: none of them is something a user can act on.

Everything that needs TensorFlow gets it from here, inside a function, so that the light
subcommands never pay for the import.
"""

import contextlib
import functools
import os
import sys
import tempfile
import warnings
from collections.abc import Iterator
from typing import Any

from absl import logging

from model_press.process import progress


@functools.cache
def tensorflow() -> Any:
    """Return the tensorflow module, imported on first use."""
    _prepare()
    with capture_stderr():  # absl's C++ notices come before any switch of theirs is read
        import tensorflow as tf
    tf.get_logger().setLevel("ERROR")
    tf.autograph.set_verbosity(0)
    return tf


@functools.cache
def tf_keras() -> Any:
    """Return the Keras 2 module."""
    tensorflow()
    import tf_keras as module

    return module


@functools.cache
def keras() -> Any:
    """Return the Keras 3 module on its TensorFlow backend."""
    tensorflow()
    import keras as module

    return module


def _prepare() -> None:
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    # Same bytes on every processor: oneDNN picks another summation order by processor.
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
    os.environ.setdefault("KERAS_BACKEND", "tensorflow")
    # No GPU is ever used; looking for one logs errors on machines that have half a driver.
    os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")
    warnings.filterwarnings("ignore", module="(tensorflow|keras|tf_keras|google).*")
    logging.set_verbosity(logging.ERROR)
    logging.set_stderrthreshold("error")


@contextlib.contextmanager
def capture_stderr() -> Iterator[list[str]]:
    """Collect the output of native code to file descriptor 2 while the block runs.

    The converter prints its notices there with no switch to turn them off. The list holds the
    text once the block has ended; an error report may add it.
    """
    captured: list[str] = []
    progress.terminal()  # before it is hidden
    sys.stderr.flush()
    saved = os.dup(2)
    with tempfile.TemporaryFile() as file:
        os.dup2(file.fileno(), 2)
        try:
            yield captured
        finally:
            sys.stderr.flush()
            os.dup2(saved, 2)
            os.close(saved)
            file.seek(0)
            captured.append(file.read().decode("utf-8", "replace"))


def clear_session() -> None:
    """Drop the graphs and layers that earlier work left in memory, in Keras 2 and 3."""
    if tf_keras.cache_info().currsize:
        tf_keras().backend.clear_session()
    if keras.cache_info().currsize:
        keras().backend.clear_session()
