"""Module extension for Bazel 7 and later (Bazel 4 to 6 have no module_extension and never load this file)."""

load(":repositories.bzl", "host_repositories")

def _host_impl(_mctx):
    host_repositories()

host = module_extension(
    implementation = _host_impl,
    doc = "The machine's own programs (@host_tools).",
)
