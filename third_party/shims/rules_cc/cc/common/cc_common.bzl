"""cc_common under the load path of rules_cc, for Bazel 4 to 6."""

load(":private.bzl", _cc_common = "cc_common_module")

cc_common = _cc_common
