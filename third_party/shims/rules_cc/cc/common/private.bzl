"""Globals of Bazel 4 to 6, under names that another file can re-export."""

cc_info = CcInfo  # buildifier: disable=native-cc-info
cc_common_module = cc_common  # buildifier: disable=native-cc-common
