"""cc_library under the load path of rules_cc, for Bazel 4 to 6."""

cc_library = native.cc_library
