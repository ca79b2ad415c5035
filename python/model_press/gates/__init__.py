"""Gates: the conditions of `bazel test` for a variant."""
