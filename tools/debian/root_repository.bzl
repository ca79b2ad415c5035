"""Repository rule that unpacks Debian packages of any suite and architecture into a folder."""

load("//tools/python:host_python.bzl", "find_python", "run_program")

_BUILD = """\
package(default_visibility = ["//visibility:public"])

exports_files([
    "packages.json",
    "root",
    "unavailable.txt",
])
"""

def _debian_root_impl(rctx):
    arguments = ["--suite=" + rctx.attr.suite]
    if rctx.attr.architecture:
        arguments.append("--architecture=" + rctx.attr.architecture)
    arguments += ["--only=" + path for path in rctx.attr.only]
    rctx.report_progress("unpacking {} of Debian {}".format(", ".join(rctx.attr.packages), rctx.attr.suite))
    program = Label("//tools/debian/private:unpack_packages.py")
    run_program(rctx, find_python(rctx), program, arguments + rctx.attr.packages, timeout = 1800)
    rctx.file("BUILD.bazel", _BUILD)

debian_root = repository_rule(
    implementation = _debian_root_impl,
    attrs = {
        "architecture": attr.string(doc = "Debian's name, such as arm64; empty for this machine's."),
        "only": attr.string_list(doc = "Paths in `root`: of all files of the packages, only these. Empty: all."),
        "packages": attr.string_list(mandatory = True, doc = "Packages; what they depend on comes along."),
        "suite": attr.string(mandatory = True, doc = "Code name, such as trixie."),
    },
    environ = ["MODEL_PRESS_DEBIAN_MIRROR", "MODEL_PRESS_PYTHON", "PATH"],
    doc = """Debian packages, fetched by this machine's apt-get without root rights, unpacked, not installed.

    `root` is the folder; `packages.json` has name, version and sha256 of each package. apt checks Debian's signature. A
    suite's point release changes versions, so they are recorded, not demanded: an archive keeps no old ones.
    Where apt-get is not Debian's, `root` is empty and `unavailable.txt` says why.
    """,
)
