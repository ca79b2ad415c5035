"""Java rules on the machine's JDK: what Bazel's own rules need from their download site is not used.

They return JavaInfo, so they mix with the standard Java rules in one graph.
"""

load("//tools/jvm/private:java_binary.bzl", _java_binary = "java_binary")
load("//tools/jvm/private:java_library.bzl", _java_library = "java_library")
load("//tools/jvm/private:java_test.bzl", _java_test = "java_test")

java_binary = _java_binary
java_library = _java_library
java_test = _java_test
