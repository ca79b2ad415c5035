"""Prepares the environment of a child Python process, so that it finds the same packages."""

import os
import sys


def environment() -> dict[str, str]:
    """Return this process's environment for `subprocess`, with the same import path."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
