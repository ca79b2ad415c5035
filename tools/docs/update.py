"""Writes docs/rules, docs/python and tools/docs/labels.bzl anew: `bazel run //docs:update`."""

import os
import pathlib
import sys

import guides
import pages
import public_programs
import python_pages
import workspace_files


def main() -> int:
    root = pathlib.Path(os.environ.get("BUILD_WORKSPACE_DIRECTORY", "."))
    rendered = pages.render(root)
    rendered |= python_pages.render(root, public_programs.public(root))
    documentation = guides.Documentation(root, workspace_files.list_files(root))
    for folder in (pages.FOLDER, python_pages.FOLDER):
        root.joinpath(folder).mkdir(parents=True, exist_ok=True)
        for path in root.joinpath(folder).iterdir():
            if f"{folder}/{path.name}" not in rendered:
                path.unlink()
                print(f"removed {folder}/{path.name}")
    rendered[guides.LABELS_FILE] = guides.labels_file(documentation)
    for name, text in rendered.items():
        path = root / name
        if not path.exists() or path.read_text("utf-8") != text:
            path.write_text(text, "utf-8")
            print(f"wrote {name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
