"""CcInfo under the load path of rules_cc, for Bazel 4 to 6."""

load(":private.bzl", _cc_info = "cc_info")

CcInfo = _cc_info
