"""Module extension for Bazel 7 and later (Bazel 4 to 6 have no module_extension and never load this file)."""

load(":repositories.bzl", "declare_repositories")

def _repositories_impl(_mctx):
    declare_repositories(bzlmod = True)

repositories = module_extension(
    implementation = _repositories_impl,
    doc = "The locked packages, and the tools of this machine.",
)
