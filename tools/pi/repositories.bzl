"""The Raspberry Pi repositories, declared once for WORKSPACE and MODULE.bazel."""

load(":site_repository.bzl", "pi_site")

_LOCK = Label("//third_party/pi:requirements_lock.txt")

def pi_repositories():
    """Declares the runner's packages for Raspberry Pi OS bookworm and trixie, and for the build host's own tests."""
    pi_site(
        name = "pi_bookworm",
        glibc = 36,
        lock = _LOCK,
        python = "3.11",
    )
    pi_site(
        name = "pi_trixie",
        glibc = 41,
        lock = _LOCK,
        python = "3.13",
    )

    # Bookworm on a PC: in its place tests install the package.
    pi_site(
        name = "pi_bookworm_x86_64",
        glibc = 36,
        lock = _LOCK,
        machine = "x86_64",
        python = "3.11",
    )
    pi_site(
        name = "pi_host",
        lock = _LOCK,
    )
