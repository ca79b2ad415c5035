"""The Python repositories, declared once for WORKSPACE and MODULE.bazel."""

load(":host_python.bzl", "host_python")
load(":pip_repository.bzl", "pip_repository")

def python_repositories():
    """Declares @host_python (toolchain //:toolchain) and @pypi (one py_library a package).

    And @peers, of which nothing is fetched before a benchmark asks: what we measure against.
    """
    host_python(name = "host_python")
    pip_repository(
        name = "pypi",
        aliases = {"tensorflow": "tensorflow-cpu"},
        lock = Label("//third_party/python:requirements_lock.txt"),
        relock = "//tools/python:lock",
        # TensorFlow imports it at start, for Google Cloud's maintenance notices. It would bring certifi, whose certificates
        # some machines rewrite in place: then every cache key would change.
        stubs = ["requests"],
    )
    pip_repository(
        name = "peers",
        lock = Label("//third_party/peers:requirements_lock.txt"),
        relock = "//benchmarks/peers:lock",
        stubs = ["ninja", "openvino-telemetry", "requests"],
    )
