"""Globals of Bazel 4 to 6, under names that another file can re-export."""

java_info = JavaInfo  # buildifier: disable=native-java-info
java_common_module = java_common  # buildifier: disable=native-java-common
