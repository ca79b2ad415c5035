"""Checks the workspace's source files with every linter, or repairs them with --fix.

`bazel test //tools/lint` checks; `bazel run //tools/lint:fix` repairs what a tool can repair.
"""

import argparse
import os
import pathlib
import shutil
import sys
from collections.abc import Callable

import linters
import workspace_files

_FIX = "bazel run //tools/lint:fix"


def find_root(marker: str) -> pathlib.Path:
    """Return the workspace's real folder: as `bazel run` gives it, or where the runfiles link `marker` points to."""
    given = os.environ.get("BUILD_WORKSPACE_DIRECTORY")
    return pathlib.Path(given) if given else pathlib.Path(os.path.realpath(marker)).parent


def find_programs(given: list[str]) -> dict[str, str]:
    """Map linter name -> program: "NAME=PATH" as given, the PATH of the machine for the others, if there."""
    programs = {
        name: os.path.abspath(path) for name, path in (item.split("=", 1) for item in given)
    }
    for linter in linters.LINTERS:
        found = shutil.which(linter.name)
        if linter.name not in programs and found:
            programs[linter.name] = found
    return programs


def lint(
    root: pathlib.Path, programs: dict[str, str], fix: bool, say: Callable[[str], None]
) -> bool:
    """Run every linter on its files of the workspace `root`; return True if all are content.

    Args:
      root: the workspace's folder.
      programs: linter name -> its program.
      fix: repair in place, name each file that changed, and count them at the end.
      say: takes each line or paragraph of the outcome.
    """
    files = workspace_files.list_files(root)
    clean, read, repaired = True, 0, 0
    for linter in linters.LINTERS:
        taken = [path for path in files if linter.takes(root, path)]
        if not taken or (fix and not linter.fix):
            continue
        program = programs.get(linter.name)
        if not program:
            say(
                f"{linter.name}: not installed, expected for {len(taken)} files; run ./bazelw once, or install it"
            )
            clean = False
            continue
        before = {path: (root / path).read_bytes() for path in taken} if fix else {}
        complaints = linters.run(linter, program, root, taken, fix)
        changed = [
            path for path, content in before.items() if (root / path).read_bytes() != content
        ]
        for path in changed:
            say(f"{linter.name}: repaired {path}")
        read, repaired = read + len(taken), repaired + len(changed)
        if complaints:
            remedy = (
                f"`{_FIX}` repairs what it can" if linter.fix and not fix else "edit these lines"
            )
            say(
                f"{complaints}\n{linter.name}: {len(taken)} files read, the above is wrong: {remedy}"
            )
            clean = False
        elif not fix:
            say(f"{linter.name}: {len(taken)} files clean")
    if fix:
        say(f"{read} files read, {repaired} repaired")
    return clean


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fix", action="store_true", help="repair the files in place")
    parser.add_argument("--program", action="append", default=[], help="NAME=PATH of a linter")
    parser.add_argument("--marker", required=True, help="a file at the workspace's root")
    options = parser.parse_args(argv)
    return int(
        not lint(find_root(options.marker), find_programs(options.program), options.fix, print)
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
