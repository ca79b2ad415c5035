"""Checks the optional devices and SDKs: Android's SDK and adb, an emulated Pi, a Mac."""

import pathlib
from collections.abc import Iterator

from finding import Finding, State, ok
from machine import Machine


def android_sdk(machine: Machine) -> Iterator[Finding]:
    """Check ANDROID_HOME, which is optional on Debian and required elsewhere."""
    home = machine.environment.get("ANDROID_HOME")
    needs_own = not machine.is_debian
    if not home and not needs_own:
        yield ok(
            "Android SDK", "ANDROID_HOME is not set: dexer, aapt2 and zipalign come with the build"
        )
        return
    wrong = ""
    if not home:
        wrong = "ANDROID_HOME is not set"
    elif not any(pathlib.Path(home).glob("build-tools/*/aapt2")):
        wrong = f"ANDROID_HOME is {home}, which has no build-tools/*/aapt2"
    elif not any(pathlib.Path(home).glob("platforms/android-*/android.jar")):
        wrong = f"ANDROID_HOME is {home}, which has no platforms/android-*/android.jar"
    if not wrong:
        yield ok("Android SDK", str(home))
        return
    unset = "" if needs_own else ", or unset ANDROID_HOME: the build then brings its own"
    yield Finding(
        "Android SDK",
        State.MISSING,
        wrong,
        costs="//android:app and its tests are not built; models, reports and the Pi runner are",
        fix="sdkmanager 'build-tools;35.0.0' 'platforms;android-35', and set ANDROID_HOME to its folder"
        + unset,
    )


def _program(machine: Machine, name: str, state: State, costs: str, fix: str) -> Finding:
    """Check for a program on the PATH; without it, report the loss."""
    path = machine.which(name)
    return ok(name, path) if path else Finding(name, state, "not on the PATH", costs, fix)


def adb(machine: Machine) -> Iterator[Finding]:
    """Return whether an APK can be put on a phone from here."""
    yield _program(
        machine,
        "adb",
        State.ABSENT,
        costs="bazel-bin/android/app.apk cannot be installed on a phone from here",
        fix=machine.install("adb", "Android's platform-tools"),
    )


def emulated_pi(machine: Machine) -> Iterator[Finding]:
    """Check for qemu, Debian for arm64 and Chromium, which the build fetches by this machine's apt-get."""
    if machine.is_debian and machine.which("apt-get"):
        yield ok("qemu, Chromium", "fetched by the build from Debian's packages, not installed")
        return
    yield Finding(
        "qemu, Chromium",
        State.ABSENT,
        "no apt-get of Debian here",
        costs="the tests of //rpi/tests on an emulated Raspberry Pi, of the .deb and of the web page are skipped",
        fix="run them on Debian 12 or in a container of it",
    )


def dpkg_deb(machine: Machine) -> Iterator[Finding]:
    """Check for the program that packs //rpi:deb."""
    yield _program(
        machine,
        "dpkg-deb",
        State.MISSING,
        costs="//rpi:deb is not built, so that `bazel build //...` ends red; //rpi:runner, the same as one file, is",
        fix=machine.install("dpkg", "dpkg"),
    )


def xcode(machine: Machine) -> Iterator[Finding]:
    """Check for Xcode, which only a Mac can have."""
    if machine.system == "darwin":
        folder = machine.output(["xcode-select", "-p"])
        if folder and "Xcode" in folder:
            yield ok("Xcode", folder)
            return
        found, fix = (
            folder or "xcode-select names no folder",
            "install Xcode 15 or newer, then: sudo xcode-select -s /Applications/Xcode.app",
        )
    else:
        found, fix = (
            "not on this system",
            "unzip //ios:bundle on a Mac with Xcode 15 or newer and open it",
        )
    yield Finding(
        "Xcode",
        State.ABSENT,
        found,
        costs="//ios:app is skipped; //ios:bundle is built, and every Core ML package in it is run and checked",
        fix=fix,
    )
