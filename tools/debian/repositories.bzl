"""Debian's packages that tests run, declared once for WORKSPACE and MODULE.bazel."""

load(":root_repository.bzl", "debian_root")

# What the runner file needs of a Raspberry Pi OS.
_PYTHON = ["python3", "libstdc++6"]

# A small Raspberry Pi OS: packages can be installed into it, and it is reached by ssh.
_PI = [
    "bash",
    "coreutils",
    "dash",
    "diffutils",
    "dpkg",
    "findutils",
    "grep",
    "gzip",
    "init-system-helpers",
    "libc-bin",
    "openssh-server",
    "perl",
    "rsync",
    "sed",
    "tar",
    "util-linux",
]

# A small system that packages can be installed into and checked in: what every Debian has, and the checkers.
_SYSTEM = [
    "bash",
    "coreutils",
    "dash",
    "diffutils",
    "dpkg",
    "file",
    "findutils",
    "grep",
    "groff-base",
    "gzip",
    "hostname",
    "init-system-helpers",
    "libc-bin",
    "lintian",
    "man-db",
    "mawk",
    "openssh-client",
    "perl",
    "rsync",
    "sed",
    "systemd",
    "tar",
    "util-linux",
    "xz-utils",
]

def debian_repositories():
    """Declares @debian_qemu, the arm64 userlands of both Raspberry Pi OS releases, and what single tests run."""

    # Debian 12's qemu 7.2 crashes in LiteRT; Debian 13's is one static file that runs anywhere.
    debian_root(
        name = "debian_qemu",
        # Of emulators for 40 processors.
        only = ["usr/bin/qemu-aarch64"],
        packages = ["qemu-user"],
        suite = "trixie",
    )
    debian_root(
        name = "debian_bookworm_arm64",
        architecture = "arm64",
        packages = _PYTHON + _PI,
        suite = "bookworm",
    )
    debian_root(
        name = "debian_trixie_arm64",
        architecture = "arm64",
        packages = _PYTHON + _PI,
        suite = "trixie",
    )
    debian_root(
        name = "debian_bookworm_amd64",
        architecture = "amd64",
        packages = _PYTHON + _SYSTEM,
        suite = "bookworm",
    )
    debian_root(
        name = "debian_chromium",
        packages = ["bash", "chromium", "coreutils", "dash", "fonts-dejavu-core"],
        suite = "bookworm",
    )

    # OpenGL ES in software.
    debian_root(
        name = "debian_mesa",
        packages = ["libegl1", "libgl1-mesa-dri", "libgles2"],
        suite = "bookworm",
    )
