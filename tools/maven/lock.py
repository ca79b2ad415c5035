"""Locks the Maven artifacts that third_party/maven/artifacts.json asks for.

`bazel run //tools/maven:lock` resolves them with the user's own mvn and writes maven_lock.json beside
it: every artifact that may be fetched, with its sha256, size and dependencies. Builds fetch these
files and no others (tools/maven/repositories.bzl). licenses.json has what their POMs declare: in a
file of its own, since an edit of the lock fetches everything again.
"""

import dataclasses
import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
from typing import Any

import licenses

SCHEMA_VERSION = 1

# Pinned: another version of the plugin prints and copies differently.
_PLUGIN = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1"
_TREE_LINE = re.compile(r"^[|+\\\s-]*([\w.-]+:[\w.-]+:[\w-]+:[\w.-]+):(compile|runtime)$")
_EXCLUDE_ALL = (
    "<exclusions><exclusion><groupId>*</groupId><artifactId>*</artifactId></exclusion></exclusions>"
)


class LockError(Exception):
    """A one-line reason why the artifacts cannot be locked."""


@dataclasses.dataclass(frozen=True, order=True)
class Coordinates:
    """group:artifact:packaging:version, the form that Maven prints."""

    group: str
    artifact: str
    packaging: str
    version: str

    @classmethod
    def parse(cls, text: str) -> "Coordinates":
        if not re.fullmatch(r"[\w.-]+(:[\w.-]+){3}", text):
            raise LockError(f'"{text}": expected group:artifact:packaging:version')
        return cls(*text.split(":"))

    def __str__(self) -> str:
        return ":".join(dataclasses.astuple(self))

    @property
    def file_name(self) -> str:
        return f"{self.artifact}-{self.version}.{self.packaging}"


def parse_tree(text: str) -> list[Coordinates]:
    """Return the entries that `dependency:tree` printed, in order, without the printing project."""
    matches = (_TREE_LINE.match(line.rstrip()) for line in text.splitlines())
    return [Coordinates.parse(match.group(1)) for match in matches if match]


def pom(dependencies: list[tuple[Coordinates, bool]]) -> str:
    """Return a project that depends on each (coordinates, with its own dependencies or not)."""
    blocks = [
        f"<dependency><groupId>{item.group}</groupId><artifactId>{item.artifact}</artifactId>"
        f"<version>{item.version}</version><type>{item.packaging}</type>"
        f"{'' if transitive else _EXCLUDE_ALL}</dependency>"
        for item, transitive in dependencies
    ]
    return (
        '<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>'
        "<groupId>model_press</groupId><artifactId>lock</artifactId><version>1</version>"
        f"<packaging>pom</packaging><dependencies>{''.join(blocks)}</dependencies></project>"
    )


def target_names(artifacts: list[Coordinates], roots: set[Coordinates]) -> dict[Coordinates, str]:
    """Name a target for each: the artifact's name; where two share it, the root keeps it."""
    names: dict[Coordinates, str] = {}
    taken: set[str] = set()
    for coordinates in sorted(artifacts, key=lambda item: (item not in roots, item)):
        name = coordinates.artifact
        if name in taken:
            name = f"{coordinates.group}_{name}"
        taken.add(name)
        names[coordinates] = name
    return names


def _mvn(directory: pathlib.Path, project: str, *arguments: str) -> None:
    (directory / "pom.xml").write_text(project, encoding="utf-8")
    command = ["mvn", "-B", "-q", "-f", str(directory / "pom.xml"), *arguments]
    try:
        run = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise LockError("mvn is not installed; ./bazelw installs it on Debian") from None
    if run.returncode != 0:
        # Some builds of Maven colour even a log that goes to a file.
        errors = [line.partition("[ERROR]")[2] for line in run.stdout.splitlines()]
        errors = [line.strip() for line in errors if line.strip()]
        raise LockError(f"mvn {arguments[0]}: {(errors or ['no reason given'])[0]}")


def _resolve(directory: pathlib.Path, wanted: list[tuple[Coordinates, bool]]) -> list[Coordinates]:
    tree = directory / "tree.txt"
    _mvn(directory, pom(wanted), f"{_PLUGIN}:tree", f"-DoutputFile={tree}", "-Dscope=runtime")
    return parse_tree(tree.read_text(encoding="utf-8"))


def _lock_repository(
    wants: list[dict[str, Any]], scratch: pathlib.Path
) -> tuple[list[dict[str, Any]], dict[str, list[str]]]:
    roots = [
        (Coordinates.parse(want["coordinates"]), want.get("transitive", True)) for want in wants
    ]
    everything = _resolve(scratch, roots)
    chosen = {(item.group, item.artifact): item for item in everything}
    names = target_names(everything, {root for root, _ in roots})
    closures = {}
    for root, transitive in roots:
        closure = _resolve(scratch, [(root, transitive)])
        # Where roots disagree about a version, the one chosen for all of them counts.
        members = {chosen[item.group, item.artifact] for item in closure} - {root}
        closures[root] = sorted(names[item] for item in members)
    files = scratch / "files"
    _mvn(
        scratch,
        pom([(item, False) for item in everything]),
        f"{_PLUGIN}:copy-dependencies",
        f"-DoutputDirectory={files}",
        "-DincludeScope=runtime",
        "-Dmdep.copyPom=true",
        "-Dmdep.addParentPoms=true",
    )
    extracts = {want["coordinates"]: want.get("extract", {}) for want in wants}
    locked = []
    for item in sorted(everything, key=names.__getitem__):
        content = (files / item.file_name).read_bytes()
        locked.append(
            {
                "name": names[item],
                "coordinates": str(item),
                "sha256": hashlib.sha256(content).hexdigest(),
                "bytes": len(content),
                "deps": closures.get(item, []),
                "extract": extracts.get(str(item), {}),
            }
        )
    return locked, licenses.of_all([str(item) for item in everything], files)


def lock(wants: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the lock of `wants`, the content of artifacts.json, and the licences; raise LockError."""
    if wants.get("schema_version") != SCHEMA_VERSION:
        raise LockError(f"artifacts.json: expected schema_version {SCHEMA_VERSION}")
    repositories, declared = {}, {}
    for name, repository_wants in wants["repositories"].items():
        with tempfile.TemporaryDirectory() as scratch:
            repositories[name], found = _lock_repository(repository_wants, pathlib.Path(scratch))
            declared.update(found)
    return (
        {"schema_version": SCHEMA_VERSION, "repositories": repositories},
        {"schema_version": SCHEMA_VERSION, "licenses": dict(sorted(declared.items()))},
    )


def _write(path: pathlib.Path, content: dict[str, Any]) -> None:
    partial = path.with_suffix(".partial")
    partial.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    partial.replace(path)
    print(f"wrote {path}")


def main() -> int:
    folder = pathlib.Path(os.environ.get("BUILD_WORKSPACE_DIRECTORY", "."), "third_party/maven")
    try:
        content, declared = lock(json.loads((folder / "artifacts.json").read_text("utf-8")))
    except (LockError, licenses.LicenseError, OSError, json.JSONDecodeError) as error:
        print(f"//tools/maven:lock: {error}", file=sys.stderr)
        return 1
    _write(folder / "maven_lock.json", content)
    _write(folder / "licenses.json", declared)
    return 0


if __name__ == "__main__":
    sys.exit(main())
