"""Each linter is red on a badly written sample and, where it can repair, green after the repair."""

import os

import lint
import pytest

# Linter -> file, its content before and after the repair.
_SAMPLES = {
    "buildifier": (
        "BUILD",
        'filegroup(srcs=["b","a"],name="x")\n',
        'filegroup(\n    name = "x",\n    srcs = [\n        "a",\n        "b",\n    ],\n)\n',
    ),
    "google-java-format": ("A.java", "class A{int  x ;}\n", "class A {\n  int x;\n}\n"),
    "ruff": (
        "a.py",
        "import sys\nimport os\nx = {  'a':os.sep }\n",
        'import os\n\nx = {"a": os.sep}\n',
    ),
    "shellcheck": (
        "a.sh",
        '#!/bin/bash\nfor f in $(ls *.x); do echo "$f"; done\n',
        '#!/bin/bash\nfor f in *.x; do echo "$f"; done\n',
    ),
}
_PROGRAMS = lint.find_programs(os.environ["PROGRAMS"].split())


def _lint(root, fix=False, programs=_PROGRAMS):
    lines = []
    clean = lint.lint(root, programs, fix, lines.append)
    return clean, "\n".join(lines)


def test_samples_cover_every_linter():
    assert {linter.name for linter in lint.LINTERS} == _SAMPLES.keys()


@pytest.mark.parametrize("linter", lint.LINTERS, ids=lambda linter: linter.name)
def test_red_on_a_bad_sample_and_green_when_repaired(tmp_path, linter):
    name, bad, good = _SAMPLES[linter.name]
    path = tmp_path / name
    path.write_text(bad)
    clean, said = _lint(tmp_path)
    assert not clean
    assert name in said and f"{linter.name}: 1 files read" in said
    assert path.read_text() == bad, "a check must not change files"
    if linter.fix:
        repaired = f"{linter.name}: repaired {name}\n1 files read, 1 repaired"
        assert _lint(tmp_path, fix=True) == (True, repaired)
        assert path.read_text() == good
    path.write_text(good)
    assert _lint(tmp_path)[0]


_REMOVED = [
    ("BUILD", 'py_library(name = "a")\n', "native-py"),
    ("BUILD", '[sh_test(name = n) for n in ["a"]]\n', "native-sh-test"),
    ("a.bzl", "x = JavaInfo(output_jar = None)\n", "native-java-info"),
    ("BUILD", 'load("@x//:y.bzl", "cc_test")\n\ncc_library(name = "a")\n', "native-cc-library"),
    ("a.bzl", "def m(name):\n    native.java_binary(name = name)\n", "native-java-binary"),
]


# shows: pain D61
@pytest.mark.parametrize(("name", "text", "warning"), _REMOVED)
def test_what_bazel_8_and_9_removed_is_found(tmp_path, name, text, warning):
    (tmp_path / name).write_text(text)
    clean, said = _lint(tmp_path)
    assert not clean and f"{warning}: " in said


def test_only_what_changed_is_named(tmp_path):
    _, bad, good = _SAMPLES["ruff"]
    (tmp_path / "bad.py").write_text(bad)
    (tmp_path / "good.py").write_text(good)
    assert _lint(tmp_path, fix=True) == (True, "ruff: repaired bad.py\n2 files read, 1 repaired")
    assert _lint(tmp_path, fix=True) == (True, "2 files read, 0 repaired")


def test_missing_tool_is_named(tmp_path):
    (tmp_path / "a.py").write_text("")
    clean, said = _lint(tmp_path, programs={})
    assert not clean
    assert "ruff: not installed, expected for 1 files; run ./bazelw once, or install it" in said


def test_scripts_without_a_suffix_are_found_by_their_first_line(tmp_path):
    (tmp_path / "run").write_text("#!/bin/bash\nls $1\n")
    (tmp_path / "notes").write_text("ls $1\n")
    clean, said = _lint(tmp_path)
    assert not clean and "shellcheck: 1 files read" in said
