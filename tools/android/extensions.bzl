"""The Android tools of this machine for MODULE.bazel."""

load(":repositories.bzl", "android_repositories")

def _android_impl(_mctx):
    android_repositories()

android = module_extension(
    implementation = _android_impl,
    doc = "Declares `android_debian_tools`, `android_sdk`, `android_debug_keystore` and `android_release_keystore`.",
)
