"""Each row of pain.md, gates.md and seeded_faults.md has a test or a note."""

import os
import pathlib

import pytest
import shown
import workspace_files

ROOT = pathlib.Path(os.environ["MARKER"]).resolve().parent

_ROWS = """
[[pain]]
id = "0.1, D10"
threads = "x#1"
text = "slow"
[[pain]]
id = "D2"
threads = "x#2"
text = "wrong"
note = "It needs a Mac."
[[gate]]
id = "size_test"
text = "it is small"
[[fault]]
id = "BGR"
text = "red is blue"
"""
_FILES = {
    shown.ROWS: _ROWS,
    "a_test.py": "# shows: pain D10; fault BGR\n@cases(\n    [1],\n)\ndef test_it_is_fast():\n    pass\n",
    "AbTest.java": "  // shows: pain 0.1\n  @Test\n  public void refusesAFile() {}\n",
    "x/BUILD": """
load("//y:z.bzl", "TAGS", "red_test")
[
    red_test(
        name = "{}_is_red_test".format(how),
        tags = TAGS + ["shows gate size_test: " + how],
    )
    for how in ["padding", "bigger"]
]
""",
}


def _workspace(folder: pathlib.Path, **changed: str) -> tuple[pathlib.Path, list[str]]:
    files = {**_FILES, **changed}
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder, list(files)


def test_every_row_has_a_test_or_a_note():
    marks = shown.collect(ROOT, workspace_files.list_files(ROOT))
    assert len(marks) > 100
    assert list(shown.faults(shown.rows(ROOT), marks)) == []


def test_every_case_is_shown():
    cases = {path.parent.name for path in (ROOT / "e2e/cases").glob("*/BUILD")}
    tests = [mark.test for mark in shown.collect(ROOT, workspace_files.list_files(ROOT))]
    assert len(cases) > 5
    assert [case for case in cases if not any(f"/cases/{case}/" in test for test in tests)] == []


def test_marks_of_all_languages_are_collected(tmp_path):
    assert shown.collect(*_workspace(tmp_path)) == [
        shown.Mark("pain 0.1", "", "[refuses a file](../AbTest.java)"),
        shown.Mark("pain D10", "", "[it is fast](../a_test.py)"),
        shown.Mark("fault BGR", "", "[it is fast](../a_test.py)"),
        shown.Mark("gate size_test", "padding", "`//x:padding_is_red_test`"),
        shown.Mark("gate size_test", "bigger", "`//x:bigger_is_red_test`"),
    ]


def test_pages_have_the_tests_of_their_rows(tmp_path):
    pages = shown.render(*_workspace(tmp_path))
    fast = "[refuses a file](../AbTest.java); [it is fast](../a_test.py)"
    assert f"| 0.1, D10 | x#1 | slow | {fast} |\n" in pages["docs/pain.md"]
    assert "| D2 | x#2 | wrong | It needs a Mac. |\n" in pages["docs/pain.md"]
    red = "padding: `//x:padding_is_red_test`; bigger: `//x:bigger_is_red_test`"
    assert f"| size_test | it is small | {red} |\n" in pages["docs/gates.md"]


@pytest.mark.parametrize(
    ("file", "old", "new", "fault"),
    [
        ("a_test.py", "fault BGR", "fault RGB", "'fault RGB', which is not a row"),
        ("a_test.py", "; fault BGR", "", "fault BGR has neither a test nor a note"),
        (shown.ROWS, 'note = "It needs a Mac."', "", "pain D2 has neither a test nor a note"),
    ],
)
def test_marks_and_rows_that_do_not_fit_are_named(tmp_path, file, old, new, fault):
    root, files = _workspace(tmp_path, **{file: _FILES[file].replace(old, new)})
    found = list(shown.faults(shown.rows(root), shown.collect(root, files)))
    assert any(fault in line for line in found)


def test_a_mark_without_a_test_is_named(tmp_path):
    root, files = _workspace(tmp_path, **{"a_test.py": "# shows: pain D10\n"})
    with pytest.raises(ValueError, match="a_test.py: no test follows"):
        shown.collect(root, files)
