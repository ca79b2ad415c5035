"""Globals of Bazel 4 to 6, under names that another file can re-export."""

cc_info = CcInfo
cc_common_module = cc_common
