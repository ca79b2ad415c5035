"""The machine's own CPython as Bazel's Python toolchain."""

SUPPORTED = ["3.11", "3.12", "3.13"]

def find_python(rctx):
    """Finds the CPython that runs every Python program of the build.

    Args:
      rctx: repository context; reads MODEL_PRESS_PYTHON and PATH.

    Returns:
      A struct of `path` (string) and `version` ("3.11.2"). Fails in one line where there is none that the lock file serves.
    """
    asked = rctx.os.environ.get("MODEL_PRESS_PYTHON")
    names = [asked] if asked else ["python3"] + ["python" + version for version in SUPPORTED]
    seen = []
    for name in names:
        path = name if name.startswith("/") else rctx.which(name)
        if not path:
            continue
        probe = rctx.execute([path, "-c", "import sys, platform; print(sys.executable, platform.python_version())"])
        if probe.return_code:
            continue
        executable, version = probe.stdout.strip().rsplit(" ", 1)
        if ".".join(version.split(".")[:2]) in SUPPORTED:
            return struct(path = executable, version = version)
        seen.append("{} is {}".format(path, version))
    fail("Python: found {}, expected CPython {} to {}; install one or point MODEL_PRESS_PYTHON at it".format(
        ", ".join(seen) or "no interpreter named " + " or ".join(names),
        SUPPORTED[0],
        SUPPORTED[-1],
    ))

_BUILD = """\
load("@rules_python//python:defs.bzl", "py_runtime", "py_runtime_pair")

package(default_visibility = ["//visibility:public"])

# {version}
py_runtime(
    name = "runtime",
    files = ["python"],
    interpreter = "python",
    python_version = "PY3",
    stub_shebang = "#!{path}",
)

py_runtime_pair(
    name = "pair",
    py3_runtime = ":runtime",
)

toolchain(
    name = "toolchain",
    toolchain = ":pair",
    toolchain_type = "@bazel_tools//tools/python:toolchain_type",
)
"""

# -S: without the machine's own packages. What leaks in from there is missing on the next machine.
_PROGRAM = """\
#!/bin/sh
exec {path} -S "$@"
"""

def _host_python_impl(rctx):
    python = find_python(rctx)
    rctx.file("python", _PROGRAM.format(path = python.path))
    rctx.file("BUILD.bazel", _BUILD.format(path = python.path, version = python.version))

host_python = repository_rule(
    implementation = _host_python_impl,
    environ = ["MODEL_PRESS_PYTHON", "PATH"],
    local = True,
    doc = "Registers the first CPython 3.11 to 3.13 on the PATH (or MODEL_PRESS_PYTHON) as the Python toolchain.",
)
