"""py_runtime under the load path of rules_python, for Bazel 4 to 6."""

load(":defs.bzl", _py_runtime = "py_runtime")

py_runtime = _py_runtime
