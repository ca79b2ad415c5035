"""tensorflow-model-optimization, which compression is compared with."""

import sys
import types
from typing import Any

from packaging import version


def library() -> Any:
    """Return the module: 0.8 compares two versions by distutils, which Python 3.12 and later do not have."""
    if sys.version_info >= (3, 12):
        for name in ("distutils", "distutils.version"):
            sys.modules[name] = types.ModuleType(name)
        sys.modules["distutils"].version = sys.modules["distutils.version"]
        sys.modules["distutils.version"].LooseVersion = version.Version
    import tensorflow_model_optimization

    return tensorflow_model_optimization
