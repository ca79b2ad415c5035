"""Debian's packages that tests run, declared once for WORKSPACE and MODULE.bazel."""

load(":root_repository.bzl", "debian_root")

# What the runner file needs of a Raspberry Pi OS.
_PYTHON = ["python3", "libstdc++6"]

def debian_repositories():
    """Declares @debian_qemu and the arm64 userlands of both Raspberry Pi OS releases."""

    # Debian 12's qemu 7.2 crashes in LiteRT; Debian 13's is one static file that runs anywhere.
    debian_root(
        name = "debian_qemu",
        packages = ["qemu-user"],
        suite = "trixie",
    )
    debian_root(
        name = "debian_bookworm_arm64",
        architecture = "arm64",
        packages = _PYTHON,
        suite = "bookworm",
    )
    debian_root(
        name = "debian_trixie_arm64",
        architecture = "arm64",
        packages = _PYTHON,
        suite = "trixie",
    )
