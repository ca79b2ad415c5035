"""Native Python rules under the load path of rules_python, for Bazel 4 to 6."""

load("@bazel_tools//tools/python:toolchain.bzl", _py_runtime_pair = "py_runtime_pair")
load(":private.bzl", _py_info = "py_info")

py_library = native.py_library
py_binary = native.py_binary
py_test = native.py_test
py_runtime = native.py_runtime
py_runtime_pair = _py_runtime_pair
PyInfo = _py_info
