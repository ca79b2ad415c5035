"""py_runtime_pair under the load path of rules_python, for Bazel 4 to 6."""

load(":defs.bzl", _py_runtime_pair = "py_runtime_pair")

py_runtime_pair = _py_runtime_pair
