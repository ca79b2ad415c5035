"""What a WORKSPACE (Bazel 4 to 6) needs of model_press. Bazel 7 and later read MODULE.bazel instead."""

load("//tools/android:repositories.bzl", "android_repositories")
load("//tools/apple:repositories.bzl", "apple_repositories")
load("//tools/debian:repositories.bzl", "debian_repositories")
load("//tools/host:repositories.bzl", "host_repositories")
load("//tools/maven:repositories.bzl", "maven_repositories")
load("//tools/npm:repositories.bzl", "npm_repositories")
load("//tools/pi:repositories.bzl", "pi_repositories")
load("//tools/python:repositories.bzl", "python_repositories")
load("//tools/swift:repositories.bzl", "swift_repositories")
load("//tools/workspace:shim.bzl", "shim_repository", "system_skylib")

_SHIMS = [
    "remote_coverage_tools",
    "rules_cc",
    "rules_java",
    "rules_proto",
    "rules_python",
]

def model_press_repositories():
    """Declares every external repository and registers the toolchains."""
    for shim in _SHIMS:
        if not native.existing_rule(shim):
            shim_repository(name = shim)
    if not native.existing_rule("bazel_skylib"):
        system_skylib(name = "bazel_skylib")

    host_repositories()
    python_repositories()
    native.register_toolchains(
        "@bazel_skylib//toolchains/unittest:bash_toolchain",
        "@host_python//:toolchain",
    )
    npm_repositories()
    maven_repositories()
    android_repositories()
    apple_repositories()
    debian_repositories()
    pi_repositories()
    swift_repositories()

    # The first that fits wins: the user's SDK, the registry packages, a clear line. Text of Labels: this macro may be called
    # by another workspace, whose own packages plain strings would name.
    native.register_toolchains(
        "@android_sdk//:toolchain",
        str(Label("//tools/android:registry_toolchain")),
        str(Label("//tools/android:missing_toolchain")),
    )
