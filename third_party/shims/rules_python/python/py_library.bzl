"""py_library under the load path of rules_python, for Bazel 4 to 6."""

load(":defs.bzl", _py_library = "py_library")

py_library = _py_library
