"""Every test that gates.md and seeded_faults.md name exists; every label stands in docs/BUILD, which Bazel checks."""

import os
import pathlib
import re

import pytest

ROOT = pathlib.Path(os.environ["MARKER"]).resolve().parent
PAGES = ["gates.md", "seeded_faults.md"]
FAULTS = [
    "wrong input scale",
    "BGR",
    "swapped labels",
    "constant output",
    "compressed asset",
    "FULLY_CONNECTED version 12",
    "a Flex operator",
    "stale hash in a lock",
    "truncated file",
    "1001 labels",
    "mis-signed APK",
    "model of another recipe in the bundle",
]


def _text(page: str) -> str:
    return (ROOT / "docs" / page).read_text("utf-8")


@pytest.mark.parametrize("page", PAGES)
def test_named_functions_exist(page):
    found = re.findall(r"`([\w/.]+)::(\w+)`", _text(page))
    assert len(found) > 5
    for path, function in found:
        source = (ROOT / path).read_text("utf-8")
        assert re.search(rf"(def|void) {function}\(", source), f"{path} has no {function}"


@pytest.mark.parametrize("page", PAGES)
def test_named_labels_stand_in_a_test_suite(page):
    build = _text("BUILD")
    labels = set(re.findall(r"`(//[\w/]+:\w+_test)`", _text(page)))
    assert len(labels) >= 5
    for label in labels:
        assert f'"{label}",' in build, f"{label} is in no test_suite of docs/BUILD"


def test_every_fault_has_a_row_with_a_test():
    rows = dict(re.findall(r"^\| ([^|]+) \| ([^|]+) \|$", _text("seeded_faults.md"), re.MULTILINE))
    for fault in FAULTS:
        assert "`" in rows[fault], fault
