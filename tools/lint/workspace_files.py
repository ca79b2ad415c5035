"""The source files of the workspace."""

import os
import pathlib
import shutil
import subprocess
from collections.abc import Iterable


def list_files(root: pathlib.Path) -> list[str]:
    """List the files that are, or would be, under version control.

    Args:
      root: the workspace's folder.
    Returns:
      Sorted paths relative to `root`. Where git cannot tell (an unpacked archive): all files but hidden folders'
      and Bazel's links.
    """
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        listed = subprocess.run(
            command, cwd=root, capture_output=True, check=True, text=True
        ).stdout.split("\0")
    except (OSError, subprocess.CalledProcessError):
        listed = _walk(root)
    return sorted(path for path in listed if path and (root / path).is_file())


def copy_files(root: pathlib.Path, names: Iterable[str], target: pathlib.Path) -> None:
    """Copy files of the workspace `root`, by their relative paths, into the folder `target`, which it makes."""
    target.mkdir(parents=True, exist_ok=True)
    for name in names:
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(root / name, target / name)


def _walk(root: pathlib.Path) -> list[str]:
    paths = []
    for folder, folders, files in os.walk(root):
        inside = pathlib.Path(folder).relative_to(root)
        folders[:] = [
            name
            for name in folders
            if name != "__pycache__"
            and (name == ".ci" or name[0] not in ".")
            and not name.startswith("bazel-")
        ]
        # A file .git says where git keeps what it has of a linked worktree.
        paths += [(inside / name).as_posix() for name in files if name != ".git"]
    return paths
