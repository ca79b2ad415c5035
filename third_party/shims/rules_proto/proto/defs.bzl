"""Native protobuf rules under the load path of rules_proto, for Bazel 4 to 6."""

proto_library = native.proto_library
proto_lang_toolchain = native.proto_lang_toolchain
