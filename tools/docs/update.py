"""Write the generated pages of docs and tools/docs/labels.bzl: `bazel run //docs:update`."""

import os
import pathlib
import sys
from collections.abc import Mapping

import guides
import pages
import public_programs
import python_pages
import shown
import workspace_files


def main() -> int:
    root = pathlib.Path(os.environ.get("BUILD_WORKSPACE_DIRECTORY", "."))
    rendered = pages.render(root)
    rendered |= python_pages.render(root, public_programs.public(root))
    files = workspace_files.list_files(root)
    rendered |= shown.render(root, files)
    for folder in (pages.FOLDER, python_pages.FOLDER):
        root.joinpath(folder).mkdir(parents=True, exist_ok=True)
        for path in root.joinpath(folder).iterdir():
            if f"{folder}/{path.name}" not in rendered:
                path.unlink()
                print(f"removed {folder}/{path.name}")
    _write(root, rendered)
    # The labels are those of the pages, the new ones among them.
    documentation = guides.Documentation(root, workspace_files.list_files(root))
    _write(root, {guides.LABELS_FILE: guides.labels_file(documentation)})
    return 0


def _write(root: pathlib.Path, files: Mapping[str, str]) -> None:
    for name, text in files.items():
        path = root / name
        if not path.exists() or path.read_text("utf-8") != text:
            path.write_text(text, "utf-8")
            print(f"wrote {name}")


if __name__ == "__main__":
    sys.exit(main())
