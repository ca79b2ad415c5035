"""The linters: which files each takes, how it checks them, how it repairs them."""

import dataclasses
import pathlib
import re
import subprocess
from collections.abc import Sequence

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


def run(
    linter: Linter, program: str, root: pathlib.Path, files: Sequence[str], fix: bool = False
) -> str:
    """Run one linter.

    Args:
      linter: one of LINTERS.
      program: the tool's path.
      root: the workspace's folder, where the tool finds its settings.
      files: relative paths that it takes.
      fix: repair in place instead of checking.
    Returns:
      What the tool complains about; empty if it is content.
    """
    complaints = []
    for arguments in linter.fix if fix else linter.check:
        done = subprocess.run(
            [program, *arguments, *files], cwd=root, capture_output=True, text=True
        )
        if done.returncode:
            text = (done.stdout + done.stderr).strip() or f"exit code {done.returncode}"
            complaints.append(
                text + (f" [{' '.join(arguments)}]" if len(text.splitlines()) < 2 else "")
            )
    return "\n".join(complaints)
