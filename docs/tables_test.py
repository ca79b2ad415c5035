"""Every test that these pages name exists; every label stands in docs/BUILD, which Bazel checks."""

import os
import pathlib
import re

import pytest

ROOT = pathlib.Path(os.environ["MARKER"]).resolve().parent
PAGES = ["gates.md", "pain.md", "seeded_faults.md"]
# The collection's rows; it has no others.
PAIN = [f"0.{row}" for row in range(1, 12)]
PAIN += [f"D{row}" for row in range(1, 63) if row not in {6, 16, 18, 31, 42, 47, 55, 59}]
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
    found = re.findall(r"`([\w/.-]+)::(\w+)`", _text(page))
    assert len(found) > 5
    for path, function in found:
        source = (ROOT / path).read_text("utf-8")
        assert re.search(rf"(def|void) {function}\(", source), f"{path} has no {function}"


@pytest.mark.parametrize("page", PAGES)
def test_named_labels_stand_in_a_test_suite(page):
    build = _text("BUILD")
    labels = set(re.findall(r"`(//[\w/]+:[\w-]+_test)`", _text(page)))
    assert len(labels) >= 5
    for label in labels:
        assert f'"{label}",' in build, f"{label} is in no test_suite of docs/BUILD"


def test_every_fault_has_a_row_with_a_test():
    rows = dict(re.findall(r"^\| ([^|]+) \| ([^|]+) \|$", _text("seeded_faults.md"), re.MULTILINE))
    for fault in FAULTS:
        assert "`" in rows[fault], fault


def _pain() -> dict[str, str]:
    """Row -> what stands under "tests here"."""
    lines = re.findall(
        r"^\| ([\d.D, ]+) \| [^|]+ \| [^|]+ \| ([^|]+) \|$", _text("pain.md"), re.MULTILINE
    )
    rows: dict[str, str] = {}
    for names, tests in lines:
        for name in names.split(", "):
            assert name not in rows, name
            rows[name] = tests
    return rows


def test_every_pain_has_one_row():
    assert sorted(_pain()) == sorted(PAIN)


@pytest.mark.parametrize("row", PAIN)
def test_every_pain_has_a_test_or_says_why_not(row):
    tests = _pain()[row]
    assert "`" in tests or tests.startswith("not shown here"), tests


def test_every_case_is_in_the_table():
    cases = {path.parent.name for path in (ROOT / "e2e" / "cases").glob("*/BUILD")}
    named = set(re.findall(r"`e2e/cases/([\w.-]+)/", _text("pain.md")))
    assert cases == named
