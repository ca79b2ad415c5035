"""py_test under the load path of rules_python, for Bazel 4 to 6."""

load(":defs.bzl", _py_test = "py_test")

py_test = _py_test
