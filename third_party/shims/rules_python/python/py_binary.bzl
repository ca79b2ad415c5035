"""py_binary under the load path of rules_python, for Bazel 4 to 6."""

load(":defs.bzl", _py_binary = "py_binary")

py_binary = _py_binary
