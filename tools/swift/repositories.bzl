"""@debian_swift: Debian's Swift toolchain, for tests of the iOS app's sources on Linux. 514 MB, fetched when first needed."""

load("//tools/debian:root_repository.bzl", "debian_root")

def swift_repositories():
    """Declares @debian_swift: swiftlang 6.0 of Debian 13 with the shell that its package manager needs."""
    debian_root(
        name = "debian_swift",
        packages = [
            "swiftlang",
            "base-files",
            "bash",
            "coreutils",
            "dash",
            "grep",
            "libc6-dev",
            "libstdc++-14-dev",
            "sed",
        ],
        suite = "trixie",
    )
