"""Module extension for Bazel 7 and later (Bazel 4 to 6 have no module_extension and never load this file)."""

load(":repositories.bzl", "python_repositories")

def _python_impl(_mctx):
    python_repositories()

python = module_extension(
    implementation = _python_impl,
    doc = "The host's CPython (@host_python) and the locked Python packages (@pypi).",
)
