"""Repository rule that installs the runner's locked wheels for one Python of one machine."""

load("//tools/python:host_python.bzl", "find_python", "run_program")

_BUILD = """\
load("@rules_python//python:defs.bzl", "py_library")
load("{bzl}", "pi_platform")

package(default_visibility = ["//visibility:public"])

exports_files(["site"])

pi_platform(
    name = "platform",
    site = "site",
    tag = "{tag}",
)

# For programs of the build that import them; of use for this machine only.
py_library(
    name = "packages",
    data = ["site"],
    imports = ["site"],
)
"""

def _absolute(label):
    """Text of a label that another repository can use (Bazel 4 leaves out the main repository)."""
    text = str(label)
    return "@" + text if text.startswith("//") else text

def _pi_site_impl(rctx):
    host = find_python(rctx)
    version = rctx.attr.python
    if version:
        machine = rctx.attr.machine
        chosen = ["--python=" + version, "--machine=" + machine, "--glibc={}".format(rctx.attr.glibc)]
    else:
        version = host.version
        machine = rctx.execute(["uname", "-m"]).stdout.strip()
        chosen = []
    rctx.report_progress("installing {} for Python {} on {}".format(rctx.attr.lock.name, version, machine))
    program = Label("//tools/python/private:pip_client.py")
    run_program(rctx, host, program, [rctx.path(rctx.attr.lock)] + chosen, timeout = 1800)
    major, minor = version.split(".")[:2]
    rctx.file("BUILD.bazel", _BUILD.format(
        bzl = _absolute(Label("//tools/pi:platform.bzl")),
        tag = "cp{}{}-{}".format(major, minor, machine),
    ))

pi_site = repository_rule(
    implementation = _pi_site_impl,
    attrs = {
        "glibc": attr.int(default = 36, doc = "Minor version of the target's glibc 2.x; decides which wheels it can load."),
        "lock": attr.label(allow_single_file = True, mandatory = True, doc = "Requirements file with a sha256 for every wheel."),
        "machine": attr.string(default = "aarch64", doc = "The target's `uname -m`."),
        "python": attr.string(doc = "The target's Python, such as 3.11; empty for the machine and the Python of the build."),
    },
    environ = ["MODEL_PRESS_PYTHON", "PATH"],
    doc = "Wheels of a hash-locked requirements file for a Raspberry Pi (or this machine), by the user's own pip client " +
          "and settings. `:platform` is a `pi_platform`.",
)
