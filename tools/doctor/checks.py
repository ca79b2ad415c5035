"""Checks the system, its memory, disk and permissions, and the optional devices and SDKs."""

import pathlib
import re
import shutil
from collections.abc import Iterator

from finding import Finding, State, check, ok
from machine import Machine

# The locked wheels exist for these: tools/python/private/install_site.py says the same when it fails.
_SUPPORTED = {("linux", "x86_64"): "Linux on x86_64", ("darwin", "arm64"): "macOS on Apple silicon"}

# A worker with TensorFlow and the full-size Xception peaks near 3 GB (.bazelrc); Bazel and a test run beside it.
_MEMORY_GB = 6


def system(machine: Machine) -> Iterator[Finding]:
    """Check that the locked Python packages exist for this system."""
    yield check(
        "system",
        _SUPPORTED.get((machine.system, machine.architecture)),
        f"{machine.system} {machine.architecture}, expected {' or '.join(_SUPPORTED.values())}",
        costs="no model can be converted: TensorFlow's locked wheels exist for those two only",
        fix="build on one of them, or in a virtual machine or container of Linux on x86_64",
    )


def memory(machine: Machine) -> Iterator[Finding]:
    """Check that a conversion of the big model fits. No finding where the system does not tell (macOS)."""
    match = re.search(r"^MemTotal: +(\d+) kB", machine.read("proc/meminfo"), re.MULTILINE)
    if match:
        gigabytes = int(match[1]) / 1024**2
        yield check(
            "memory",
            f"{gigabytes:.0f} GB" if gigabytes >= _MEMORY_GB else None,
            f"{gigabytes:.1f} GB, expected {_MEMORY_GB} or more",
            costs="converting //models/xception, whose process peaks near 3 GB, may end in `Killed`",
            fix="build //models/digits/... alone, or with --jobs=1",
            state=State.ABSENT,
        )


def disk(machine: Machine) -> Iterator[Finding]:
    """Check the free space for Bazel's output against ./bazelw's demand (tools/start/machine.sh)."""
    script = (machine.workspace / "tools/start/machine.sh").read_text("utf-8")
    asked = dict(re.findall(r"(FIRST_BUILD_GB|LATER_BUILD_GB)=(\d+)", script))
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
        yield check(
            subject,
            f"{free:.0f} GB free under {folder}" if free >= need else None,
            f"{free:.1f} GB free under {folder}, expected {need}",
            costs="the build stops half-way with `No space left on device`",
            fix="free some, or set MODEL_PRESS_MIN_FREE_GB if you know that less will do",
        )


def namespaces(machine: Machine) -> Iterator[Finding]:
    """Check user namespaces, for Bazel's sandbox and for the Debian that tests of the .deb install into."""
    if machine.system != "linux":
        return
    unshare = machine.which("unshare")
    command = [unshare or "", "--user", "--map-root-user", "--mount", "true"]
    yield check(
        "user namespaces",
        "allowed" if machine.output(command) is not None else None,
        "not allowed" if unshare else "no unshare on the PATH",
        costs="actions run without a sandbox, and the tests of the .deb and of the web page cannot start",
        fix="sysctl -w kernel.unprivileged_userns_clone=1; in a container: allow user namespaces (Docker: "
        "--security-opt seccomp=unconfined)",
    )


def android_sdk(machine: Machine) -> Iterator[Finding]:
    """Check ANDROID_HOME, which is optional on Debian and required elsewhere."""
    home = machine.environment.get("ANDROID_HOME")
    fix = (
        "sdkmanager 'build-tools;35.0.0' 'platforms;android-35', and set ANDROID_HOME to its folder"
    )
    wrong = ""
    if machine.is_debian:
        fix += ", or unset ANDROID_HOME: the build then brings its own"
        if not home:
            yield ok(
                "Android SDK",
                "ANDROID_HOME is not set: dexer, aapt2 and zipalign come with the build",
            )
            return
    if not home:
        wrong = "ANDROID_HOME is not set"
    else:
        for needed in ("build-tools/*/aapt2", "platforms/android-*/android.jar"):
            if not wrong and not any(pathlib.Path(home).glob(needed)):
                wrong = f"ANDROID_HOME is {home}, which has no {needed}"
    yield check(
        "Android SDK",
        None if wrong else home,
        wrong,
        costs="//android:app and its tests are not built; models, reports and the Pi runner are",
        fix=fix,
    )


def adb(machine: Machine) -> Iterator[Finding]:
    """Check that an APK can be put on a phone from here."""
    yield check(
        "adb",
        machine.which("adb"),
        "not on the PATH",
        costs="bazel-bin/android/app.apk cannot be installed on a phone from here",
        fix=machine.install("adb", "Android's platform-tools"),
        state=State.ABSENT,
    )


def dpkg_deb(machine: Machine) -> Iterator[Finding]:
    """Check for the program that packs //rpi:deb."""
    yield check(
        "dpkg-deb",
        machine.which("dpkg-deb"),
        "not on the PATH",
        costs="//rpi:deb is not built, so that `bazel build //...` ends red; //rpi:runner, the same as one file, is",
        fix=machine.install("dpkg", "dpkg"),
    )


def emulated_pi(machine: Machine) -> Iterator[Finding]:
    """Check for the apt-get that fetches qemu, Debian for arm64 and Chromium in the build."""
    found = machine.is_debian and machine.which("apt-get")
    yield check(
        "qemu, Chromium",
        "fetched by the build from Debian's packages, not installed" if found else None,
        "no apt-get of Debian here",
        costs="the tests of //rpi/tests on an emulated Raspberry Pi, of the .deb and of the web page are skipped",
        fix="run them on Debian 12 or in a container of it",
        state=State.ABSENT,
    )


def xcode(machine: Machine) -> Iterator[Finding]:
    """Check for Xcode, which only a Mac can have."""
    folder, wrong = None, "not on this system"
    fix = "unzip //ios:bundle on a Mac with Xcode 15 or newer and open it"
    if machine.system == "darwin":
        folder = machine.output(["xcode-select", "-p"])
        wrong = folder or "xcode-select names no folder"
        fix = "install Xcode 15 or newer, then: sudo xcode-select -s /Applications/Xcode.app"
    yield check(
        "Xcode",
        folder if folder and "Xcode" in folder else None,
        wrong,
        costs="//ios:app is skipped; //ios:bundle is built, and every Core ML package in it is run and checked",
        fix=fix,
        state=State.ABSENT,
    )
