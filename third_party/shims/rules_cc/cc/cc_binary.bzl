"""cc_binary under the load path of rules_cc, for Bazel 4 to 6."""

cc_binary = native.cc_binary
