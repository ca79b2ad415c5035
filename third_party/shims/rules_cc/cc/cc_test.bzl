"""cc_test under the load path of rules_cc, for Bazel 4 to 6."""

cc_test = native.cc_test
