"""Checks the workspace's source files with every linter, or repairs them with --fix.

`bazel test //tools/lint` checks; `bazel run //tools/lint:fix` repairs what a tool can repair.
"""

import argparse
import dataclasses
import os
import pathlib
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence

import workspace_files

_FIX = "bazel run //tools/lint:fix"
# Left out of its default warnings: arguments are explained where a name does not, a loop may hide a
# macro, and //tools/X/private is private to one subject, not to one folder.
_BUILDIFIER_LINT = (
    "-warnings=-bzl-visibility,-function-docstring-args,-function-docstring-return,-unnamed-macro"
)


@dataclasses.dataclass(frozen=True)
class Linter:
    """One tool.

    Attributes:
      name: the tool's name, the key of its program in Tools.
      path: regular expression that the whole relative path of its files matches.
      check: argument lists, each run with the files behind; exit code 0 means clean.
      fix: argument lists that repair in place; empty where the tool cannot.
      shebang: regular expression of a first line; files without a suffix are taken by it, too.
    """

    name: str
    path: str
    check: Sequence[Sequence[str]]
    fix: Sequence[Sequence[str]] = ()
    shebang: str = ""

    def takes(self, root: pathlib.Path, path: str) -> bool:
        """Return whether `path`, relative to the workspace `root`, is this tool's."""
        if re.fullmatch(self.path, path):
            return True
        if not self.shebang or pathlib.PurePath(path).suffix:
            return False
        with (root / path).open("rb") as file:
            return bool(re.match(self.shebang, file.readline(80).decode("utf-8", "replace")))


LINTERS = (
    Linter(
        name="buildifier",
        # But a guide's BUILD file: one line a target, as the guides write it.
        path=r"(?!e2e/consumer/BUILD$)((.*/)?(BUILD|WORKSPACE|MODULE)(\.bazel|\.bzlmod)?|.*\.bzl)",
        check=[["-mode=check", "-lint=warn", _BUILDIFIER_LINT]],
        fix=[["-mode=fix", "-lint=fix", _BUILDIFIER_LINT]],
    ),
    Linter(
        name="ruff",
        path=r".*\.py",
        check=[
            ["check", "--no-cache", "--quiet", "--output-format=concise"],
            ["format", "--no-cache", "--check", "--output-format=concise"],
        ],
        fix=[
            ["check", "--no-cache", "--quiet", "--fix", "--output-format=concise"],
            ["format", "--no-cache", "--quiet"],
        ],
    ),
    Linter(
        name="google-java-format",
        path=r".*\.java",
        check=[["--dry-run", "--set-exit-if-changed"]],
        fix=[["--replace"]],
    ),
    Linter(
        name="shellcheck",
        path=r".*\.sh",
        shebang=r"#!\s*/(usr/)?bin/(env )?(ba)?sh\b",
        check=[["--external-sources"]],
    ),
)


def find_root(marker: str) -> pathlib.Path:
    """Return the workspace's real folder: as `bazel run` gives it, or where the runfiles link `marker` points to."""
    given = os.environ.get("BUILD_WORKSPACE_DIRECTORY")
    return pathlib.Path(given) if given else pathlib.Path(os.path.realpath(marker)).parent


def find_programs(given: list[str]) -> dict[str, str]:
    """Map linter name -> program: "NAME=PATH" as given, the PATH of the machine for the others, if there."""
    programs = {
        name: os.path.abspath(path) for name, path in (item.split("=", 1) for item in given)
    }
    for linter in LINTERS:
        found = shutil.which(linter.name)
        if linter.name not in programs and found:
            programs[linter.name] = found
    return programs


def run(
    linter: Linter, program: str, root: pathlib.Path, files: Sequence[str], fix: bool = False
) -> str:
    """Run a linter in the folder `root`, where it finds its settings, on files relative to it.

    Returns:
      What the tool complains about; empty if it is content.
    """
    complaints = []
    for arguments in linter.fix if fix else linter.check:
        words = [program, *arguments, *files]
        done = subprocess.run(words, cwd=root, capture_output=True, text=True)
        if done.returncode:
            text = (done.stdout + done.stderr).strip() or f"exit code {done.returncode}"
            short = len(text.splitlines()) < 2
            complaints.append(f"{text} [{' '.join(arguments)}]" if short else text)
    return "\n".join(complaints)


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
    for linter in LINTERS:
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
        complaints = run(linter, program, root, taken, fix)
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
