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


def render(root: pathlib.Path) -> dict[str, str]:
    """Return the content of every generated page by path."""
    return {
        **pages.render(root),
        **python_pages.render(root, public_programs.public(root)),
        **shown.render(root, workspace_files.list_files(root)),
    }


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
    for name, text in files.items():
        path = root / name
        if not path.exists() or path.read_text("utf-8") != text:
            path.write_text(text, "utf-8")
            print(f"wrote {name}")


if __name__ == "__main__":
    sys.exit(main())
