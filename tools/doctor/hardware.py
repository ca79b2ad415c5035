"""Checks the system, memory, disk and the kernel's permissions for an ordinary user."""

import re
import shutil
from collections.abc import Iterator

from finding import Finding, State, ok
from machine import Machine

# The locked wheels exist for these: tools/python/private/install_site.py says the same when it fails.
_SUPPORTED = {("linux", "x86_64"): "Linux on x86_64", ("darwin", "arm64"): "macOS on Apple silicon"}

# A worker with TensorFlow and the full-size Xception peaks near 3 GB (.bazelrc); Bazel and a test run beside it.
_MEMORY_GB = 6


def system(machine: Machine) -> Iterator[Finding]:
    """Return whether the locked Python packages exist for it."""
    name = _SUPPORTED.get((machine.system, machine.architecture))
    found = f"{machine.system} {machine.architecture}"
    if name:
        yield ok("system", name)
    else:
        yield Finding(
            "system",
            State.MISSING,
            f"{found}, expected {' or '.join(_SUPPORTED.values())}",
            costs="no model can be converted: TensorFlow's locked wheels exist for those two only",
            fix="build on one of them, or in a virtual machine or container of Linux on x86_64",
        )


def memory(machine: Machine) -> Iterator[Finding]:
    """Return whether a conversion of the big model fits. Says nothing where the system does not tell (macOS)."""
    match = re.search(r"^MemTotal: +(\d+) kB", machine.read("proc/meminfo"), re.MULTILINE)
    if not match:
        return
    gigabytes = int(match[1]) / 1024**2
    if gigabytes >= _MEMORY_GB:
        yield ok("memory", f"{gigabytes:.0f} GB")
    else:
        yield Finding(
            "memory",
            State.ABSENT,
            f"{gigabytes:.1f} GB, expected {_MEMORY_GB} or more",
            costs="converting //models/xception, whose process peaks near 3 GB, may end in `Killed`",
            fix="build //models/digits/... alone, or with --jobs=1",
        )


def disk(machine: Machine) -> Iterator[Finding]:
    """Check the free space for Bazel's output against ./bazelw's demand (tools/start/machine.sh)."""
    asked = dict(
        re.findall(
            r"(FIRST_BUILD_GB|LATER_BUILD_GB)=(\d+)",
            (machine.workspace / "tools/start/machine.sh").read_text("utf-8"),
        )
    )
    built = (machine.workspace / "bazel-out").exists()
    need = int(
        machine.environment.get("MODEL_PRESS_MIN_FREE_GB")
        or asked["LATER_BUILD_GB" if built else "FIRST_BUILD_GB"]
    )
    cache = machine.environment.get("XDG_CACHE_HOME") or str(machine.home / ".cache")
    for subject, folder in (
        ("disk for outputs", cache if machine.system == "linux" else "/private/var/tmp"),
        ("disk for the cache", str(machine.home / ".cache/model_press")),
    ):
        path = machine.sysroot / folder.lstrip("/")
        while not path.exists():
            path = path.parent
        free = shutil.disk_usage(path).free / 1024**3
        if free >= need:
            yield ok(subject, f"{free:.0f} GB free under {folder}")
        else:
            yield Finding(
                subject,
                State.MISSING,
                f"{free:.1f} GB free under {folder}, expected {need}",
                costs="the build stops half-way with `No space left on device`",
                fix="free some, or set MODEL_PRESS_MIN_FREE_GB if you know that less will do",
            )


def namespaces(machine: Machine) -> Iterator[Finding]:
    """Check user namespaces, for Bazel's sandbox and for the Debian that tests of the .deb install into."""
    if machine.system != "linux":
        return
    unshare = machine.which("unshare")
    if (
        unshare
        and machine.output([unshare, "--user", "--map-root-user", "--mount", "true"]) is not None
    ):
        yield ok("user namespaces", "allowed")
    else:
        yield Finding(
            "user namespaces",
            State.MISSING,
            "not allowed" if unshare else "no unshare on the PATH",
            costs="actions run without a sandbox, and the tests of the .deb and of the web page cannot start",
            fix="sysctl -w kernel.unprivileged_userns_clone=1; in a container: allow user namespaces (Docker: "
            "--security-opt seccomp=unconfined)",
        )
