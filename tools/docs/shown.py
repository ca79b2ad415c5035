"""Collect what tests show, by the marks on them, without running any; write docs/pain.md, gates.md, seeded_faults.md.

A mark is a comment above a Python or Java test, `# shows: KIND ID` (several: `KIND ID; KIND ID`), or the tag
"shows KIND ID" on a Bazel test. Words after a colon say how: `# shows: gate accuracy_test: shuffled labels`. KIND
and ID are those of a row in shown.toml.
"""

import dataclasses
import pathlib
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from markdown_page import MARK, cell
from markdown_page import table as markdown_table
from starlark import File

ROWS = "tools/docs/shown.toml"
_COMMENT = re.compile(r"^ *(?:#|//) shows: (.+)$", re.MULTILINE)
# Their examples are not marks.
_OWN = {"shown.py", "shown_test.py"}


@dataclasses.dataclass(frozen=True)
class Mark:
    """A mark on a test.

    row: the row that the test belongs to, such as "pain D7".
    how: the words after the colon; empty without.
    test: the test as Markdown.
    """

    row: str
    how: str
    test: str


def collect(root: pathlib.Path, files: Iterable[str]) -> list[Mark]:
    """Return the marks in these files (paths from the root), in the order of their paths."""
    found: list[Mark] = []
    for name in sorted(files):
        path = pathlib.PurePath(name)
        read = (
            _build
            if path.name == "BUILD"
            else _comments
            if path.suffix in (".py", ".java")
            else None
        )
        if read and path.name not in _OWN:
            for mark, test in read(name, (root / name).read_text("utf-8")):
                row, _, how = mark.partition(": ")
                found.append(Mark(row, how, test))
    return found


def _link(name: str, function: str) -> str:
    words = re.sub(
        r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", function.removeprefix("test_")
    ).replace("_", " ")
    return f"[{words.lower()}](../{name})"


def _comments(name: str, text: str) -> Iterator[tuple[str, str]]:
    for comment in _COMMENT.finditer(text):
        test = re.compile(r"\b(?:def|void) (\w+)\(").search(text, comment.end())
        if not test:
            raise ValueError(
                f"{name}: no test follows `{comment[0].strip()}`; a mark stands above its test"
            )
        for mark in comment[1].split("; "):
            yield mark, _link(name, test[1])


def _build(name: str, text: str) -> Iterator[tuple[str, str]]:
    """Return the marks in a BUILD file's tags."""
    if '"shows ' not in text:
        return
    package = f"//{name.rpartition('/')[0]}"
    for call in File(f"{package}:BUILD", text).calls:
        for tag in call.keywords.get("tags") or ():
            if tag.startswith("shows "):
                yield tag.removeprefix("shows "), f"`{package}:{call.keywords['name']}`"


def rows(root: pathlib.Path) -> dict[str, list[dict[str, Any]]]:
    """Return the rows of shown.toml: kind -> rows."""
    return tomllib.loads((root / ROWS).read_text("utf-8"))


def ids(kind: str, row: Mapping[str, Any]) -> list[str]:
    """Return what marks call a row."""
    return [f"{kind} {name}" for name in row["id"].split(", ")]


def faults(table: Mapping[str, list[dict[str, Any]]], marks: Iterable[Mark]) -> Iterator[str]:
    """Yield marks without a row, and rows with neither a mark nor a note."""
    marked = {mark.row for mark in marks}
    known = {name for kind, found in table.items() for row in found for name in ids(kind, row)}
    for name in sorted(marked - known):
        yield f"a test is marked {name!r}, which is not a row of {ROWS}"
    for kind, found in table.items():
        for row in found:
            if not marked.intersection(ids(kind, row)) and "note" not in row:
                yield f"{kind} {row['id']} has neither a test nor a note in {ROWS}"


def render(root: pathlib.Path, files: Iterable[str]) -> dict[str, str]:
    """Return path in the workspace -> content of the three pages."""
    table, marks = rows(root), collect(root, files)

    def tests(kind: str, row: Mapping[str, Any]) -> str:
        found = dict.fromkeys(
            f"{mark.how}: {mark.test}" if mark.how else mark.test
            for name in ids(kind, row)
            for mark in marks
            if mark.row == name
        )
        return cell(". ".join(filter(None, ["; ".join(found), row.get("note")])))

    pages = {}
    for page, (kind, columns, before, after) in _PAGES.items():
        cells = [
            [*(cell(row[column]) for column in columns), tests(kind, row)] for row in table[kind]
        ]
        rows_text = markdown_table([*columns.values(), "tests"], cells).rstrip()
        text = "\n".join([MARK, before, rows_text, after])
        pages[f"docs/{page}"] = text.rstrip() + "\n"
    return pages


_PAIN = """# Known problems

What users of such tools report in public threads, and the tests that keep these problems away here. A row names the
threads, the problem and the tests; some need a set-up of their own, in `e2e/cases`.
"""
_GATES = """# Gates

A gate is a test of one variant. It prints the measured value, the bound and the margin, and writes the same to
`verdict.json` among its test outputs. When it fails, one line says what is wrong and what to do.

    bazel test //models/digits/... //models/xception/...   # the gates of both models
    bazel test //models/tests/red:all                      # each of them failing on a variant made worse

The last column lists tests in which the gate fails for the reason given.
"""
_AFTER_GATES = """
Latency and memory gates measure this machine, run alone on it, and are never cached. They compare two variants in one
run. The reproducible tests of Xception carry the tag `full`, because each converts the model once more.

## Bad images

| fault | reported by |
|---|---|
| all images the same, or many copies | `image_set` (warning), `images_test`, calibrated conversions |
| labels of one class only | `image_set` (warning), `images_test`, `accuracy_test` |
| BGR instead of RGB | `images_test` of a trained model: accuracy or confidence rises with red and blue exchanged |
| scaled pixels, random noise | `image_set` (warning), `images_test`, calibrated conversions |
| evaluation images among the calibration images | `images_test` |
| values beyond the calibrated range | `calibration_report` (warning), with their share by layer |
"""
_FAULTS = """# Seeded faults

Each test puts a fault in, and passes only if the build refuses it and names it.
"""

# Page -> the kind of its rows, their columns with headings, and the text before and after the table.
_PAGES = {
    "pain.md": ("pain", {"id": "row", "threads": "threads", "text": "problem"}, _PAIN, ""),
    "gates.md": ("gate", {"id": "gate", "text": "passes if"}, _GATES, _AFTER_GATES),
    "seeded_faults.md": ("fault", {"id": "fault", "text": "meaning"}, _FAULTS, ""),
}
