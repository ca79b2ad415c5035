"""Gates: what `bazel test` demands of a variant."""
