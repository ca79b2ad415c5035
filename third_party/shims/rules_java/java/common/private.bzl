"""Globals of Bazel 4 to 6, under names that another file can re-export."""

java_info = JavaInfo
java_common_module = java_common
