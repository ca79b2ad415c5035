"""What a Python process that this one starts needs, to find the packages that this one has."""

import os
import sys


def environment() -> dict[str, str]:
    """This process's environment, for `subprocess`: the child's path for imports is this one's."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
