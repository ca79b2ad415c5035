"""Repositories that stand in for rulesets which Bazel 4 to 6 would fetch from an unreachable host."""

_SKYLIB = "/usr/share/bazel/tools/skylib"

def _shim_repository_impl(rctx):
    root = rctx.path(Label("//:WORKSPACE")).dirname
    source = root.get_child("third_party").get_child("shims").get_child(rctx.attr.name)
    for entry in source.readdir():
        rctx.symlink(entry, entry.basename)
    rctx.file("workspace.bzl", "MODEL_PRESS_IS_MAIN = %s\n" % (not Label("//:WORKSPACE").workspace_name))

shim_repository = repository_rule(
    implementation = _shim_repository_impl,
    local = True,
    doc = "The folder of the same name under third_party/shims as an external repository.",
)

def _system_skylib_impl(rctx):
    source = rctx.path(_SKYLIB)
    if not source.exists:
        fail("bazel_skylib: found nothing at {}, expected Debian's package there; run ./bazelw once or `apt-get install bazel-skylib`".format(_SKYLIB))
    for entry in source.readdir():
        rctx.symlink(entry, entry.basename)

system_skylib = repository_rule(
    implementation = _system_skylib_impl,
    local = True,
    doc = "Debian's bazel-skylib package as the repository `bazel_skylib`.",
)
