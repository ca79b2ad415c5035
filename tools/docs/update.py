"""Write the generated pages of docs and tools/docs/labels.bzl: `bazel run //docs:update`."""

import os
import pathlib
import sys
from collections.abc import Mapping

import guides
import pages
import python_api
import python_pages
import release
import shown
import workspace_files
from model_press.evaluate import coreml_eval
from model_press.inspect import inspect_program
from model_press.process import command_line
from model_press.report import run_program
from model_press.search import search_program

from rpi.private import deploy


def programs(root: pathlib.Path) -> dict[str, python_api.Program]:
    """Return the public programs by target."""
    doctor = python_api.doc(python_api.read(root / "tools", "doctor.doctor"))
    parser = command_line.parser
    return {
        "//python:inspect": python_api.program(parser(inspect_program.COMMAND)),
        "//python:coreml_eval": python_api.program(parser(coreml_eval.COMMAND)),
        # The options that a user gives; the rest is given by the rule.
        "a model_report": python_api.program(
            parser(run_program.COMMAND),
            "Measures on this machine and writes the full report.",
            ("--out", "--metrics", "--device", "--rounds"),
        ),
        "a best_variant's `.search`": python_api.program(
            parser(search_program.COMMAND),
            "Tries points of the space, measures them and writes the lock.",
            ("--trials", "--exhaustive", "--seed", "--state"),
        ),
        "a pi_deploy": python_api.program(deploy.parser()),
        "//:doctor": python_api.Program(doctor, ()),
        "//:release": python_api.program(release.parser()),
    }


def render(root: pathlib.Path) -> dict[str, str]:
    """Return the content of every generated page by path."""
    return {
        **pages.render(root),
        **python_pages.render(root, programs(root)),
        **shown.render(root, workspace_files.list_files(root)),
    }


def stale(root: pathlib.Path, rendered: Mapping[str, str]) -> list[str]:
    """Return the pages that are absent or have another text."""
    return [
        name
        for name, text in rendered.items()
        if not (root / name).exists() or (root / name).read_text("utf-8") != text
    ]


def surplus(root: pathlib.Path, rendered: Mapping[str, str]) -> list[str]:
    """Return the pages in the generated folders that are not made any more."""
    found = [
        f"{folder}/{path.name}"
        for folder in (pages.FOLDER, python_pages.FOLDER)
        for path in root.joinpath(folder).iterdir()
    ]
    return sorted(set(found) - rendered.keys())


def main() -> int:
    root = pathlib.Path(os.environ.get("BUILD_WORKSPACE_DIRECTORY", "."))
    rendered = render(root)
    for name in surplus(root, rendered):
        (root / name).unlink()
        print(f"removed {name}")
    _write(root, rendered)
    # The labels are those of the pages, the new ones among them.
    documentation = guides.Documentation(root, workspace_files.list_files(root))
    _write(root, {guides.LABELS_FILE: guides.labels_file(documentation)})
    return 0


def _write(root: pathlib.Path, files: Mapping[str, str]) -> None:
    for name in stale(root, files):
        (root / name).write_text(files[name], "utf-8")
        print(f"wrote {name}")


if __name__ == "__main__":
    sys.exit(main())
