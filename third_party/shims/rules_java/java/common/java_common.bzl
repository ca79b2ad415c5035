"""java_common under the load path of rules_java, for Bazel 4 to 6."""

load(":private.bzl", _java_common = "java_common_module")

java_common = _java_common
