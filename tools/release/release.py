"""Packs the sources of the workspace as a release: `bazel run //:release -- --out DIR`.

Makes `model_press-<version>.tar.gz`, whose bytes depend on the committed files alone, and beside it `.sha256`, which is
what another workspace pins (docs/guides/depend_on_model_press.md). The version is that of MODULE.bazel.
"""

import argparse
import gzip
import hashlib
import io
import os
import pathlib
import re
import subprocess
import sys
import tarfile
from collections.abc import Sequence

import lint
import workspace_files
from model_press.process import user_path

# Without one of these nobody can build from the archive. Patterns of whole paths.
NEEDED = (
    r"BUILD",
    r"CHANGELOG\.md",
    r"LICENSE",
    r"MODULE\.bazel",
    r"README\.md",
    r"WORKSPACE",
    r"\.bazelignore",
    r"\.bazelrc",
    r"android/defs\.bzl",
    r"docs/rules/models\.md",
    r"docs/versions\.md",
    r"ios/defs\.bzl",
    r"models/defs\.bzl",
    r"models/recipes/.+\.json",
    r"python/model_press/formats/manifest\.py",
    r"rpi/defs\.bzl",
    r"third_party/maven/maven_lock\.json",
    r"third_party/npm/npm_lock\.json",
    r"third_party/pi/requirements_lock\.txt",
    r"third_party/python/requirements_lock\.txt",
    r"third_party/shims/rules_python/WORKSPACE",
    r"tools/repositories\.bzl",
)

# A date that every file carries: the archive's bytes must not depend on when it was unpacked or made.
_DATE = 315532800  # 1980-01-01, the earliest that zip knows, too


class ReleaseError(Exception):
    """The one-line reason why the release cannot be made."""


def version(root: pathlib.Path) -> str:
    """Return the version in MODULE.bazel of the workspace `root`."""
    module = (root / "MODULE.bazel").read_text("utf-8")
    found = re.search(r'^module\((?:[^)]*?)version = "([^"]+)"', module, re.MULTILINE)
    if not found:
        raise ReleaseError("MODULE.bazel: module() has no version; give it one such as 0.2.0")
    return found[1]


def check(root: pathlib.Path, files: Sequence[str]) -> None:
    """Raise ReleaseError if `files` are incomplete, or the change log has no section of this version."""
    missing = [needed for needed in NEEDED if not any(re.fullmatch(needed, file) for file in files)]
    if missing:
        raise ReleaseError(
            f"the sources have no file {', '.join(missing)}; add it, or correct NEEDED"
        )
    number = version(root)
    heads = re.findall(r"^## \[(.+?)\]", (root / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    if number not in heads:
        raise ReleaseError(
            f"CHANGELOG.md has sections {', '.join(heads)}, expected one of {number}, the version in MODULE.bazel"
        )


def check_committed(root: pathlib.Path) -> None:
    """Raise ReleaseError if files differ from the commit: then the archive is not reproducible."""
    command = ["git", "status", "--porcelain"]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True)
    if done.returncode:
        raise ReleaseError(
            f"git status fails in {root}: {done.stderr.strip()}; run this in a checkout"
        )
    changed = [line[3:] for line in done.stdout.splitlines()]
    if changed:
        raise ReleaseError(
            f"{len(changed)} files are not committed ({changed[0]}, ...); commit them, or say --uncommitted for a trial"
        )


def pack(root: pathlib.Path, files: Sequence[str], prefix: str) -> bytes:
    """Return a .tar.gz of `files` below the folder `prefix`, without owners and dates."""
    packed = io.BytesIO()
    with (
        gzip.GzipFile(fileobj=packed, mode="wb", mtime=0, filename="") as stream,
        tarfile.open(fileobj=stream, mode="w", format=tarfile.PAX_FORMAT) as archive,
    ):
        for file in sorted(files):
            content = (root / file).read_bytes()
            entry = tarfile.TarInfo(f"{prefix}/{file}")
            entry.size = len(content)
            entry.mtime = _DATE
            entry.mode = 0o755 if os.access(root / file, os.X_OK) else 0o644
            archive.addfile(entry, io.BytesIO(content))
    return packed.getvalue()


def parser() -> argparse.ArgumentParser:
    """Return the options."""
    result = argparse.ArgumentParser(
        prog="release", description="Packs the sources of the workspace as a release."
    )
    result.add_argument("--marker", required=True, help=argparse.SUPPRESS)  # the target's to give
    result.add_argument("--out", required=True, help="folder to write to")
    result.add_argument(
        "--uncommitted", action="store_true", help="take files that are not committed, for a trial"
    )
    return result


def main(argv: list[str]) -> int:
    """Write the release; 1 and one line on standard error where there can be none."""
    options = parser().parse_args(argv)
    root = lint.find_root(options.marker)
    files = workspace_files.list_files(root)
    try:
        if not options.uncommitted:
            check_committed(root)
        check(root, files)
        name = f"model_press-{version(root)}"
    except ReleaseError as error:
        print(f"release: {error}", file=sys.stderr)
        return 1
    folder = pathlib.Path(user_path.resolve(options.out))
    folder.mkdir(parents=True, exist_ok=True)
    content = pack(root, files, name)
    digest = hashlib.sha256(content).hexdigest()
    for suffix, text in ((".tar.gz", content), (".sha256", f"{digest}  {name}.tar.gz\n".encode())):
        partial = folder / f".{name}{suffix}.partial"
        partial.write_bytes(text)
        partial.replace(folder / (name + suffix))
    print(f"{folder / name}.tar.gz: {len(files)} files, {len(content)} bytes, sha256 {digest}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
