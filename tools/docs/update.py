"""Writes the generated pages of docs/ anew: `bazel run //docs:update`."""

import os
import pathlib
import sys

import pages


def main() -> int:
    root = pathlib.Path(os.environ.get("BUILD_WORKSPACE_DIRECTORY", "."))
    rendered = pages.render(root)
    folder = root / pages.FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    for path in folder.iterdir():
        if f"{pages.FOLDER}/{path.name}" not in rendered:
            path.unlink()
            print(f"removed {pages.FOLDER}/{path.name}")
    for name, text in rendered.items():
        path = root / name
        if not path.exists() or path.read_text("utf-8") != text:
            path.write_text(text, "utf-8")
            print(f"wrote {name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
