"""The Maven repositories for MODULE.bazel."""

load(":repositories.bzl", "maven_repositories")

def _maven_impl(_mctx):
    maven_repositories()

maven = module_extension(
    implementation = _maven_impl,
    doc = "Declares `maven` and `maven_robolectric` from //third_party/maven:maven_lock.json.",
)
