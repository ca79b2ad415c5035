"""Counts the actions that edits of the sources re-run: `bazel run //benchmarks/builds:edits`.

Clones the workspace's HEAD, builds the variants of digits there, and builds them again after each edit: of a gate, of
the report, of a rewrite, and of a class name. Prints the counts and adds them to benchmarks/builds/records/edits.json.
The first build of the clone takes what the disk cache has; each edit is unique, so no cache has its results.

The exit code is 1 if an edit re-runs an action that it should not.
"""

import contextlib
import dataclasses
import pathlib
import shutil
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator, Mapping, Sequence

from benchmarks import record
from benchmarks.builds import records
from benchmarks.builds.bazel import Bazel

_TARGET = "//models/digits:all_variants"
_CONVERSIONS = frozenset({"TfliteConvert"})
# Bazel's own upkeep of the programs that an edit changes; it runs no program of the project.
_UPKEEP = frozenset(
    {
        "FileWrite",
        "Middleman",
        "PyCompile",
        "RunfilesTree",
        "SourceSymlinkManifest",
        "Symlink",
        "SymlinkTree",
        "TemplateExpand",
    }
)


@dataclasses.dataclass(frozen=True)
class Edit:
    """An edit of one source file.

    Attributes:
      name: what the record calls it.
      path: the file, in the workspace.
      runs: the mnemonics that it may re-run; each must.
    """

    name: str
    path: str
    runs: frozenset[str]


EDITS = (
    Edit("a gate", "python/model_press/gates/accuracy.py", frozenset()),
    Edit("the report", "python/model_press/report/build.py", frozenset()),
    Edit("a rewrite", "python/model_press/tflite/rewrites/gelu.py", _CONVERSIONS),
    Edit("a class name", "models/digits/labels.txt", frozenset({"LabelManifest"})),
)


@dataclasses.dataclass(frozen=True)
class Run:
    """One run. `ran` holds the number of actions by mnemonic for each edit, without Bazel's upkeep."""

    date: str
    commit: str
    bazel: str
    ran: Mapping[str, Mapping[str, int]]

    def lines(self) -> list[str]:
        """Return the lines to print."""
        head = (
            f"{self.date}, commit {self.commit}, Bazel {self.bazel}; actions that an edit re-runs"
        )
        return [head, *(f"  {name:<14} {_words(ran)}" for name, ran in self.ran.items())]


def apply(edit: Edit, workspace: pathlib.Path) -> None:
    """Change the bytes of a file: a unique comment in Python, a unique name of the first class in a list of labels."""
    path = workspace / edit.path
    text, nonce = path.read_text("utf-8"), uuid.uuid4().hex
    if path.suffix == ".py":
        text += f"# {nonce}\n"
    else:
        first, _, rest = text.partition("\n")
        text = f"{first} {nonce}\n{rest}"
    path.write_text(text, "utf-8")


def count(bazel: Bazel, workspace: pathlib.Path, target: str) -> dict[str, dict[str, int]]:
    """Build, then edit and build again for each edit; return the actions that ran by edit and mnemonic."""
    bazel.build(target)
    found = {}
    for edit in EDITS:
        apply(edit, workspace)
        ran = bazel.build(target).ran
        found[edit.name] = {
            mnemonic: number for mnemonic, number in sorted(ran.items()) if mnemonic not in _UPKEEP
        }
    return found


def faults(found: Mapping[str, Mapping[str, int]]) -> Iterator[str]:
    """Yield a line for each edit that ran other actions than it should."""
    for edit in EDITS:
        ran = set(found[edit.name])
        if ran != edit.runs:
            expected = ", ".join(sorted(edit.runs)) or "no action"
            yield (
                f"{edit.name} ({edit.path}): {_words(found[edit.name])} ran, expected {expected}; "
                "look at the inputs of its rule's program"
            )


def _words(ran: Mapping[str, int]) -> str:
    return ", ".join(f"{number} {mnemonic}" for mnemonic, number in ran.items()) or "0"


@contextlib.contextmanager
def _clone(workspace: pathlib.Path) -> Iterator[pathlib.Path]:
    with tempfile.TemporaryDirectory() as folder:
        clone = pathlib.Path(folder, "clone")
        subprocess.run(["git", "clone", "-q", workspace, clone], check=True)
        if (workspace / "user.bazelrc").exists():
            shutil.copy(workspace / "user.bazelrc", clone)
        yield clone


def main(argv: Sequence[str] | None = None) -> int:
    """Count, record and print; return the exit code."""
    parser = records.parser("edits", __doc__)
    parser.add_argument("--target", default=_TARGET, help="what is built after each edit")
    options = parser.parse_args(argv)
    workspace = records.workspace()
    with _clone(workspace) as clone:
        bazel = Bazel(options.bazel, clone, ("--build_tag_filters=-full",))
        try:
            ran, release = count(bazel, clone, options.target), bazel.info("release")
        finally:
            # The clone has a server and an output base of its own.
            subprocess.run([options.bazel, "clean", "--expunge"], cwd=clone, check=False)
        commit = subprocess.check_output(
            ["git", "rev-parse", "--short", "HEAD"], cwd=clone, text=True
        ).strip()
    run = Run(record.today(), commit, release, ran)
    records.append(workspace / options.records / "edits.json", run)
    return int(records.tell(run, faults(ran)))


if __name__ == "__main__":
    sys.exit(main())
