"""Each public .bzl file has a bzl_library, with every file that it loads: others can document and check theirs."""

import os
import pathlib
import re
from collections.abc import Iterator, Sequence

import pages
import pytest
from starlark import File

# Target -> paths of its files, from the runfiles' root.
LIBRARIES = {words[0]: words[1:] for words in map(str.split, os.environ["LIBRARIES"].split(";"))}
# Of WORKSPACE, and so in no page.
_REPOSITORIES = "//tools:repositories.bzl"


def _apparent(path: str) -> str:
    """A path with its repository's name as it is loaded: Bazel 7 writes `../rules_java~/...`, Bazel 8 a +."""
    return re.sub(r"^((?:\.\./|external/)\w+)[~+][^/]*", r"\1", path)


def _missing(files: Sequence[str]) -> Iterator[str]:
    """Files that others of a library load and that it lacks."""
    files = [_apparent(path) for path in files]
    for path in files:
        if path.startswith("../") or "external/" in path:
            continue
        package, _, name = path.rpartition("/")
        text = pathlib.Path(path).read_text("utf-8")
        for source, _ in File(f"//{package}:{name}", text).loads.values():
            found = re.fullmatch(r"(?:@(\w+))?(?://)?([\w./-]*):([\w.]+)", source)
            assert found, source
            loaded = f"{found[2] or package}/{found[3]}"
            ends = f"{found[1]}/{loaded}" if found[1] else loaded
            if not any(file == ends or found[1] and file.endswith(ends) for file in files):
                yield f"{path} loads {source}"


def test_each_public_file_has_a_library():
    public = {label for _, labels in pages.STARLARK_PAGES.values() for label in labels}
    expected = {label.replace(".bzl", "_bzl") for label in public | {_REPOSITORIES}}
    assert LIBRARIES.keys() == expected
    for target, files in LIBRARIES.items():
        assert target[2:].replace(":", "/").replace("_bzl", ".bzl") in files


@pytest.mark.parametrize("target", LIBRARIES)
def test_a_library_has_what_its_files_load(target):
    assert list(_missing(LIBRARIES[target])) == []


@pytest.mark.parametrize(
    ("gone", "said"),
    [
        ("models/providers.bzl", "loads //models:providers.bzl"),
        ("models/private/tool.bzl", "loads :tool.bzl"),
        ("java_info.bzl", "loads @rules_java//java/common:java_info.bzl"),
    ],
)
def test_a_file_that_is_left_out_is_named(gone, said):
    files = LIBRARIES["//android:defs_bzl"]
    less = [file for file in files if not file.endswith(gone)]
    assert len(less) == len(files) - 1
    assert any(said in complaint for complaint in _missing(less))
