"""pytest under `bazel test`."""

load("@rules_python//python:defs.bzl", "py_test")

def pytest_test(name, srcs, size = "small", deps = [], data = [], args = [], env = {}, files = {}, **kwargs):
    """A test target whose cases pytest collects and reports one by one in the test's XML.

    Args:
      name: target name.
      srcs: test files; all of them are collected.
      size: as of any test.
      deps: py_library targets that the tests import.
      data: files that the tests read, found relative to the runfiles root.
      args: further arguments for pytest.
      env: environment of the test process.
      files: further environment: variable -> label of one more file of data, whose path is the value.
      **kwargs: attributes of py_test.
    """
    py_test(
        name = name,
        size = size,
        srcs = srcs + ["//tools/python:pytest_main.py"],
        args = ["$(location {})".format(src) for src in srcs] + args,
        data = data + files.values(),
        env = dict(env, **{name: "$(rootpath {})".format(label) for name, label in files.items()}),
        main = "//tools/python:pytest_main.py",
        deps = deps + ["@pypi//:pytest"],
        **kwargs
    )

def workspace_test(name, srcs, data = [], env = {}, tags = [], **kwargs):
    """A pytest_test of the sources themselves, new files among them: it reads the workspace, not declared inputs.

    So it runs where the workspace is, each time. MARKER in its environment leads to a file at the workspace's root.

    Args:
      name: target name.
      srcs: test files.
      data: further files, as in pytest_test.
      env: further environment.
      tags: further tags.
      **kwargs: attributes of pytest_test.
    """
    pytest_test(
        name = name,
        srcs = srcs,
        data = data + ["//:WORKSPACE"],
        env = dict(env, MARKER = "$(rootpath //:WORKSPACE)"),
        tags = tags + ["external", "local"],
        **kwargs
    )
