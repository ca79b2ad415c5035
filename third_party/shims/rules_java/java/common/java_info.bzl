"""JavaInfo under the load path of rules_java, for Bazel 4 to 6."""

load(":private.bzl", _java_info = "java_info")

JavaInfo = _java_info
