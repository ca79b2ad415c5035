"""Nothing in the tree is of those that Bazel 8 and 9 removed."""

import os
import pathlib
import re

import pytest
import removed
import workspace_files

_ROOT = pathlib.Path(os.environ["MARKER"]).resolve().parent


# shows: pain D61
def test_the_tree_uses_nothing_that_is_gone():
    files = [
        path
        for path in workspace_files.list_files(_ROOT)
        if re.fullmatch(r"(.*/)?(BUILD|MODULE)(\.bazel)?|.*\.bzl", path)
    ]
    assert len(files) > 100
    found = [
        what for path in files for what in removed.complaints(path, (_ROOT / path).read_text())
    ]
    assert found == []


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ('py_library(name = "a")', "py_library is not loaded"),
        ('[sh_test(name = n) for n in ["a"]]', "sh_test is not loaded"),
        ("def _impl(ctx):\n    return [JavaInfo(output_jar = None)]", "JavaInfo is not loaded"),
        ('load("@x//:y.bzl", "cc_test")\ncc_library(name = "a")', "cc_library is not loaded"),
        ("def m(name):\n    native.java_binary(name = name)", "native.java_binary is gone"),
        ('genrule(name = "a", exec_tools = [":b"])', "exec_tools = [':b'] is gone"),
        ('a = attr.label(cfg = "host")', "cfg = 'host' is gone"),
        ('a = ["@local_config_platform//:host"]', "@local_config_platform//:host is gone"),
        ("def f(ctx):\n    return ctx.host_fragments.java", "host_fragments is gone"),
    ],
)
def test_each_kind_is_found(text, what):
    [found] = removed.complaints("a/BUILD", text)
    assert what in found


def test_what_is_loaded_or_defined_is_no_complaint():
    text = (
        'load("@x//:y.bzl", "py_test", cc_library = "z")\ndef sh_test(name):\n    pass\n'
        'py_test(name = "a")\ncc_library(name = "b")\nsh_test(name = "c")\n'
    )
    assert list(removed.complaints("a.bzl", text)) == []


def test_the_shims_may():
    assert list(removed.complaints("third_party/shims/x/defs.bzl", "a = native.py_library")) == []
