"""Module extension for Bazel 7 and later (Bazel 4 to 6 have no module_extension and never load this file)."""

load(":repositories.bzl", "pi_repositories")

def _pi_impl(_mctx):
    pi_repositories()

pi = module_extension(
    implementation = _pi_impl,
    doc = "The Raspberry Pi runner's packages (@pi_bookworm, @pi_trixie, @pi_host).",
)
