"""Module extension for Bazel 7 and later (Bazel 4 to 6 have no module_extension and never load this file)."""

load(":repositories.bzl", "swift_repositories")

def _swift_impl(_mctx):
    swift_repositories()

swift = module_extension(
    implementation = _swift_impl,
    doc = "Debian's Swift toolchain: @debian_swift.",
)
