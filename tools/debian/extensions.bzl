"""Module extension for Bazel 7 and later (Bazel 4 to 6 have no module_extension and never load this file)."""

load(":repositories.bzl", "debian_repositories")

def _debian_impl(_mctx):
    debian_repositories()

debian = module_extension(
    implementation = _debian_impl,
    doc = "Debian packages, unpacked: @debian_qemu, @debian_bookworm_arm64, @debian_mesa and so on.",
)
