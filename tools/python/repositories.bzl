"""The Python repositories, declared once for WORKSPACE and MODULE.bazel."""

load(":host_python.bzl", "host_python")
load(":pip_repository.bzl", "pip_repository")

def python_repositories():
    """Declares @host_python (toolchain //:toolchain) and @pypi (one py_library a package)."""
    host_python(name = "host_python")
    pip_repository(
        name = "pypi",
        aliases = {"tensorflow": "tensorflow-cpu"},
        lock = Label("//third_party/python:requirements_lock.txt"),
    )
