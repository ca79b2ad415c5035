"""What the walk through the guides does of each page; the walk itself is walk_test.py."""

import os
import pathlib
import re

import guides
import pytest
import walk
import workspace_files

ROOT = pathlib.Path(os.environ["MARKER"]).resolve().parent


@pytest.fixture(scope="module")
def documentation():
    return guides.Documentation(ROOT, workspace_files.list_files(ROOT))


def test_every_guide_is_walked(documentation):
    there = {name for name in documentation.pages if name.startswith("docs/guides/")}
    assert there <= set(walk.PAGES) <= set(documentation.pages)


def test_most_commands_run(documentation):
    steps = [step for page in walk.PAGES for step in walk.steps(documentation, page)]
    runs = [step for step in steps if isinstance(step, walk.Run)]
    assert sum(not step.left_out for step in runs) > 70
    assert sum(isinstance(step, walk.Write) for step in steps) > 15


def test_nothing_is_left_out_that_no_page_says(documentation):
    said = {" ".join(command.words) for _, command in documentation.commands()}
    unsaid = [each for each in walk.LEFT_OUT if not any(re.fullmatch(each, text) for text in said)]
    assert unsaid == []


_PAGE = """\
# Title

`bazel test` is spoken of, `bazel build //a:b` is run.

```sh
bazel build //a:b
echo x > y.txt
adb install a.apk
bazel run //python:inspect -- model.tflite
```

```starlark flowers/BUILD
load("//models:defs.bzl", "b_test", "a_test")

a_test(
    name = "one",
    variant = ":x",
)
```

```json recipe
{"name": "mine"}
```

```sh
bazel build //a:b
```
"""


def _workspace(folder: pathlib.Path, page: str) -> guides.Documentation:
    (folder / "README.md").write_text(page)
    for package in ("models", "tools"):
        (folder / package).symlink_to(ROOT / package)
    return guides.Documentation(folder, ["README.md"])


def test_steps_are_in_the_order_of_the_page(tmp_path):
    steps = walk.steps(_workspace(tmp_path, _PAGE), "README.md")
    assert [str(step) if isinstance(step, walk.Run) else step.path for step in steps] == [
        "bazel build //a:b",
        "bazel build //a:b",
        "echo x > y.txt",
        "adb install a.apk",
        "bazel run //python:inspect -- model.tflite",
        "flowers/BUILD",
        "flowers/mine.json",
        "bazel build //a:b",
    ]
    assert [step.left_out for step in steps if isinstance(step, walk.Run)].count("a phone") == 1


def test_a_command_runs_again_only_after_a_file_changed(tmp_path):
    _workspace(tmp_path, _PAGE)
    ran = []

    def run(words):
        ran.append(list(words))
        return (1, "broken") if "echo x > y.txt" in words else (0, "fine")

    done = list(walk.walk(tmp_path, ["README.md"], run))
    assert ran == [
        ["bazel", "build", "//a:b"],
        ["bash", "-c", "echo x > y.txt"],
        *map(list, walk.PREPARATION),
        ["bazel", "run", "//python:inspect", "--", "bazel-bin/models/digits/digits_int8.tflite"],
        ["bazel", "build", "//a:b"],
    ]
    assert [each.said for each in done if each.said] == ["broken"]
    assert len(done) == len(ran)
    assert (tmp_path / "flowers/mine.json").exists()
    assert "| README.md | `echo x > y.txt` | 0 |" in walk.table(done)


def test_a_snippet_is_put_into_a_file_that_is_there():
    old = 'load("//b.bzl", "b")\n\nb(name = "one", x = 1)\n\npackage(default = 1)\n'
    new = 'load("//a.bzl", "a")\nload("//b.bzl", "c")\n\nb(\n    name = "one",\n    x = f(2),\n)\n\nc(name = "two")\n'
    assert walk.merge(old, new) == (
        'load("//a.bzl", "a")\nload("//b.bzl", "b", "c")\n'
        '\nb(\n    name = "one",\n    x = f(2),\n)\n'
        "\npackage(default = 1)\n"
        '\nc(name = "two")\n'
    )
    assert (
        walk.merge("", old)
        == 'load("//b.bzl", "b")\n\nb(name = "one", x = 1)\n\npackage(default = 1)\n'
    )
