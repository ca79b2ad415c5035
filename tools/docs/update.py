"""Writes docs/rules and tools/docs/labels.bzl anew: `bazel run //docs:update`."""

import os
import pathlib
import sys

import guides
import pages
import workspace_files


def main() -> int:
    root = pathlib.Path(os.environ.get("BUILD_WORKSPACE_DIRECTORY", "."))
    rendered = pages.render(root)
    documentation = guides.Documentation(root, workspace_files.list_files(root))
    folder = root / pages.FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    for path in folder.iterdir():
        if f"{pages.FOLDER}/{path.name}" not in rendered:
            path.unlink()
            print(f"removed {pages.FOLDER}/{path.name}")
    rendered[guides.LABELS_FILE] = guides.labels_file(documentation)
    for name, text in rendered.items():
        path = root / name
        if not path.exists() or path.read_text("utf-8") != text:
            path.write_text(text, "utf-8")
            print(f"wrote {name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
