"""Repository rule that takes one npm package by lock file, through the user's own npm client."""

_BUILD = """\
package(default_visibility = ["//visibility:public"])

filegroup(
    name = "files",
    srcs = glob(["package/**"]),
)

exports_files(glob(["package/**"]))
"""

def _npm_package_impl(rctx):
    name = rctx.attr.package
    lock_name = "//{}:{}".format(rctx.attr.lock.package, rctx.attr.lock.name)
    lock = json.decode(rctx.read(rctx.attr.lock))["packages"]
    if name not in lock:
        fail("npm package {}: not in {}; lock it with `bazel run //tools/npm:lock -- {}@VERSION`".format(name, lock_name, name))
    pin = lock[name]
    npm = rctx.which("npm")
    if not npm:
        fail("npm package {}: no `npm` on the PATH; run ./bazelw once or `apt-get install npm`".format(name))

    spec = "{}@{}".format(name, pin["version"])
    packed = rctx.execute([npm, "pack", "--silent", spec], timeout = 600)
    if packed.return_code:
        fail("npm package {}: `npm pack` failed: {}".format(spec, packed.stderr.strip() or "is the registry reachable?"))
    archive = packed.stdout.strip().split("\n")[-1].split("/")[-1]

    # macOS has shasum, Linux sha256sum.
    summer = ["sha256sum"] if rctx.which("sha256sum") else ["shasum", "-a", "256"]
    found = rctx.execute(summer + [archive]).stdout.split(" ")[0]
    if found != pin["sha256"]:
        rctx.delete(archive)
        fail("npm package {}: sha256 is {}, expected {} from {}; a changed archive is refused, re-lock with `bazel run //tools/npm:lock` if the change is wanted".format(spec, found, pin["sha256"], lock_name))

    # Not rctx.extract: Debian 13's Bazel 4.2.3 dies on any tar archive, its class path lacks commons-io.
    unpacked = rctx.execute(["tar", "-xzf", archive])
    if unpacked.return_code:
        fail("npm package {}: its archive cannot be unpacked: {}".format(spec, unpacked.stderr.strip()))
    rctx.delete(archive)
    rctx.file("BUILD.bazel", _BUILD)

npm_package = repository_rule(
    implementation = _npm_package_impl,
    attrs = {
        "lock": attr.label(allow_single_file = True, mandatory = True, doc = "Lock file: packages -> version and sha256."),
        "package": attr.string(mandatory = True, doc = "Name of the package in the registry."),
    },
    environ = ["PATH"],
    doc = "One npm package, packed by the user's npm client and checked against the lock file's sha256.",
)
