"""Globals of Bazel 4 to 6, under names that another file can re-export."""

py_info = PyInfo
