"""Follows every guide in a clone of this tree, with a Bazel of its own: each command must succeed."""

import os
import pathlib
import subprocess
import sys

import walk
import workspace_files
from nested_bazel import NestedBazel

_ROOT = pathlib.Path(os.environ["MARKER"]).resolve().parent


def _clone(folder: pathlib.Path) -> None:
    """This tree as a checkout of its own, what is not committed included."""
    workspace_files.copy_files(_ROOT, workspace_files.list_files(_ROOT), folder)
    for words in (
        ["init", "--quiet"],
        ["add", "--all"],
        ["-c", "user.name=x", "-c", "user.email=x@localhost", "commit", "--quiet", "-m", "x"],
    ):
        subprocess.run(["git", *words], cwd=folder, check=True)


def test_every_guide_can_be_followed(tmp_path):
    clone = tmp_path / "parent" / "clone"
    _clone(clone)
    bazel = NestedBazel(clone, tmp_path / "base", {"MODEL_PRESS_PYTHON": sys.executable})
    run = walk.runner(clone, bazel.for_commands())
    try:
        done = list(walk.walk(clone, walk.PAGES, run))
    finally:
        bazel.close()
    pathlib.Path(os.environ["TEST_UNDECLARED_OUTPUTS_DIR"], "times.md").write_text(walk.table(done))
    failed = [
        f"{each.step.page}:{each.step.line}: {each.step}\n{each.said[-3000:]}"
        for each in done
        if each.said
    ]
    assert not failed, "\n\n".join(failed)
    assert len(done) > 50
