"""The machine's own CPython as Bazel's Python toolchain."""

SUPPORTED = ["3.11", "3.12", "3.13"]

# Prints path, version, and what else makes a difference to results: the build's date and compiler, the C library, the machine.
_PROBE = """\
import os, platform, sys
try:
    library = os.confstr("CS_GNU_LIBC_VERSION")
except (AttributeError, ValueError):
    library = platform.platform()
print(sys.executable)
print(platform.python_version())
print(platform.python_implementation(), " ".join(sys.version.split()) + ",", library + ",", platform.machine())
"""

def find_python(rctx):
    """Finds the CPython that runs every Python program of the build.

    Args:
      rctx: repository context; reads MODEL_PRESS_PYTHON and PATH.

    Returns:
      A struct of `path` (string), `version` ("3.11.2") and `identity` (a line that tells one build of Python on one C library
      from another). Fails in one line where there is none that the lock file serves.
    """
    asked = rctx.os.environ.get("MODEL_PRESS_PYTHON")
    names = [asked] if asked else ["python3"] + ["python" + version for version in SUPPORTED]
    seen = []
    for name in names:
        path = name if name.startswith("/") else rctx.which(name)
        if not path:
            continue
        probe = rctx.execute([path, "-c", _PROBE])
        if probe.return_code:
            continue
        executable, version, identity = probe.stdout.strip().split("\n")
        if ".".join(version.split(".")[:2]) in SUPPORTED:
            return struct(path = executable, version = version, identity = identity)
        seen.append("{} is {}".format(path, version))
    fail("Python: found {}, expected CPython {} to {}; install one or point MODEL_PRESS_PYTHON at it".format(
        ", ".join(seen) or "no interpreter named " + " or ".join(names),
        SUPPORTED[0],
        SUPPORTED[-1],
    ))

def run_program(rctx, python, program, arguments, timeout):
    """Runs a Python program (a Label) of a repository rule. If it fails, so does the rule, with its last line."""
    done = rctx.execute([python.path, "-B", rctx.path(program)] + arguments, timeout = timeout)
    if done.return_code:
        # Bazel 7 puts names of the module and of its extension in front.
        name = rctx.name.split("~")[-1].split("+")[-1]
        fail("@{}: {}".format(name, done.stderr.strip().split("\n")[-1]))

_BUILD = """\
load("@rules_python//python:defs.bzl", "py_runtime", "py_runtime_pair")

package(default_visibility = ["//visibility:public"])

# {version}
py_runtime(
    name = "runtime",
    files = [
        "interpreter",
        "python",
    ],
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
# {identity}
{exports}exec {path} -S "$@"
"""

def _exports(rctx):
    """Shell lines for the variables in MODEL_PRESS_PYTHON_ENV, words NAME=VALUE."""
    lines = ""
    for word in rctx.os.environ.get("MODEL_PRESS_PYTHON_ENV", "").split(" "):
        if not word:
            continue
        name, equals, value = word.partition("=")
        if not equals or not name.replace("_", "a").isalnum() or name[0].isdigit() or "'" in value:
            fail("MODEL_PRESS_PYTHON_ENV: found \"{}\", expected words NAME=VALUE without quotes".format(word))
        lines += "export {}='{}'\n".format(name, value)
    return lines

def _host_python_impl(rctx):
    python = find_python(rctx)
    rctx.file("python", _PROGRAM.format(exports = _exports(rctx), identity = python.identity, path = python.path))

    # Never run from here. As an input of each action that runs Python it puts the interpreter's bytes into the cache key: two machines
    # that share a cache both have a /usr/bin/python3, but not the same.
    rctx.symlink(python.path, "interpreter")
    rctx.file("BUILD.bazel", _BUILD.format(path = python.path, version = python.version))

host_python = repository_rule(
    implementation = _host_python_impl,
    environ = ["MODEL_PRESS_PYTHON", "MODEL_PRESS_PYTHON_ENV", "PATH"],
    local = True,
    doc = "Registers the first CPython 3.11 to 3.13 on the PATH (or MODEL_PRESS_PYTHON) as the Python toolchain. Every program of " +
          "the build gets the variables in MODEL_PRESS_PYTHON_ENV (words NAME=VALUE).",
)
