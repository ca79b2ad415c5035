"""PyInfo under the load path of rules_python, for Bazel 4 to 6."""

load(":private.bzl", _py_info = "py_info")

PyInfo = _py_info
