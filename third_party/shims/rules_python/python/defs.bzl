"""Native Python rules under the load path of rules_python, for Bazel 4 to 6."""

load("@bazel_tools//tools/python:toolchain.bzl", _py_runtime_pair = "py_runtime_pair")
load("//:workspace.bzl", "MODEL_PRESS_IS_MAIN")
load(":private.bzl", _py_info = "py_info")

py_library = native.py_library
py_runtime = native.py_runtime
py_runtime_pair = _py_runtime_pair
PyInfo = _py_info

_py_binary = native.py_binary
_py_test = native.py_test

def _explicit(attributes):
    """Attributes of a program, without __init__.py files that nobody wrote where model_press is a dependency.

    Bazel 4 to 6 would put one into the folder of the repository model_press, and hide the Python package of that name.
    """
    if MODEL_PRESS_IS_MAIN:
        return attributes
    return dict({"legacy_create_init": False}, **attributes)

def py_binary(**attributes):
    """py_binary of Bazel.

    Args:
      **attributes: as there.
    """
    _py_binary(**_explicit(attributes))

def py_test(**attributes):
    """py_test of Bazel.

    Args:
      **attributes: as there.
    """
    _py_test(**_explicit(attributes))
