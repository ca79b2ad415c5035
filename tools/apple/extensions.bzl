"""Module extension for Bazel 7 and later (Bazel 4 to 6 have no module_extension and never load this file)."""

load(":repositories.bzl", "apple_repositories")

def _apple_impl(_mctx):
    apple_repositories(bzlmod = True)

apple = module_extension(
    implementation = _apple_impl,
    doc = "Apple's rules on a Mac, stand-ins elsewhere: @apple_rules.",
)
