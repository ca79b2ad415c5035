"""Whether each lock file has what was asked for, each entry with a hash."""

import json
import pathlib
import re
from collections.abc import Callable, Collection, Iterator

from finding import Finding, State, ok
from machine import Machine

_SHA256 = re.compile(r"[0-9a-f]{64}")


def _name(requirement: str) -> str:
    """A Python package's name as PEP 503 compares it."""
    return re.sub(r"[-_.]+", "-", requirement).lower()


def _asked(folder: pathlib.Path) -> dict[str, str]:
    """Package -> pinned version, or empty, of a requirements.in."""
    found = {}
    for line in (folder / "requirements.in").read_text("utf-8").splitlines():
        match = re.match(r"([A-Za-z0-9_.-]+)(?:==(\S+))?", line)
        if match:
            found[_name(match[1])] = match[2] or ""
    return found


def locked_versions(folder: pathlib.Path) -> dict[str, str]:
    """Package -> version of a requirements_lock.txt."""
    text = (folder / "requirements_lock.txt").read_text("utf-8")
    pairs = re.findall(r"^([A-Za-z0-9_.-]+)==(\S+)", text, re.MULTILINE)
    return {_name(name): version for name, version in pairs}


def python_faults(workspace: pathlib.Path, folder: str) -> Iterator[str]:
    """What does not fit between a folder's requirements.in and requirements_lock.txt."""
    path = workspace / folder
    locked = locked_versions(path)
    for name, version in _asked(path).items():
        if name not in locked:
            yield f"{name} is asked for and not locked"
        elif version and locked[name] != version:
            yield f"{name} {version} is asked for, {locked[name]} is locked"
    text = (path / "requirements_lock.txt").read_text("utf-8")
    for entry in re.split(r"\n(?=[A-Za-z0-9])", text):
        if "==" in entry and not entry.startswith("#") and "--hash=sha256:" not in entry:
            yield f"{entry.partition('==')[0]} has no sha256"


def shared_faults(
    workspace: pathlib.Path, folder: str, place: str, apart: Collection[str] = ()
) -> Iterator[str]:
    """Packages that a folder locks in another version than the build checks with.

    Args:
      place: where those packages run, such as "on the Pi".
      apart: packages that may differ.
    """
    host = locked_versions(workspace / "third_party/python")
    for name, version in locked_versions(workspace / folder).items():
        if host.get(name, version) != version and name not in apart:
            yield f"{name} is {version} {place} and {host[name]} in the build"


def maven_faults(workspace: pathlib.Path) -> Iterator[str]:
    """What does not fit between artifacts.json and maven_lock.json."""
    folder = workspace / "third_party/maven"
    asked = json.loads((folder / "artifacts.json").read_text("utf-8"))["repositories"]
    locked = json.loads((folder / "maven_lock.json").read_text("utf-8"))["repositories"]
    for repository in sorted(asked.keys() | locked.keys()):
        entries = locked.get(repository, [])
        coordinates = {entry["coordinates"] for entry in entries}
        for wanted in asked.get(repository, []):
            if wanted["coordinates"] not in coordinates:
                yield f"{wanted['coordinates']} is asked for in {repository} and not locked"
        names = {entry["name"] for entry in entries}
        for entry in entries:
            if not _SHA256.fullmatch(entry["sha256"]):
                yield f"{entry['coordinates']} has no sha256"
            for dependency in sorted(set(entry["deps"]) - names):
                yield f"{entry['name']} needs {dependency}, which is not locked"


def npm_faults(workspace: pathlib.Path) -> Iterator[str]:
    """Entries of npm_lock.json without version or hash."""
    text = (workspace / "third_party/npm/npm_lock.json").read_text("utf-8")
    for name, pin in json.loads(text)["packages"].items():
        if not pin.get("version") or not _SHA256.fullmatch(pin.get("sha256", "")):
            yield f"{name} has no version or no sha256"


_PEERS = "benchmarks/peers:lock"

_LOCKS: list[tuple[str, str, Callable[[pathlib.Path], Iterator[str]]]] = [
    ("lock of Python", "tools/python:lock", lambda root: python_faults(root, "third_party/python")),
    ("lock of the Pi", "tools/pi:lock", lambda root: python_faults(root, "third_party/pi")),
    (
        "Pi and build alike",
        "tools/pi:lock",
        lambda root: shared_faults(root, "third_party/pi", "on the Pi"),
    ),
    (
        "lock of the peers",
        _PEERS,
        lambda root: python_faults(root, "third_party/peers"),
    ),
    (
        "peers and build alike",
        _PEERS,
        # NNCF takes no later networkx; in the build only scikit-image has it, which no peer needs.
        lambda root: shared_faults(root, "third_party/peers", "beside the peers", {"networkx"}),
    ),
    ("lock of Maven", "tools/maven:lock", maven_faults),
    ("lock of npm", "tools/npm:lock", npm_faults),
]


def locks(machine: Machine) -> Iterator[Finding]:
    """One finding a lock file."""
    for subject, target, faults_of in _LOCKS:
        try:
            faults = list(faults_of(machine.workspace))
        except (OSError, ValueError, KeyError, TypeError) as error:
            faults = [f"cannot be read: {type(error).__name__}: {error}"]
        if faults:
            more = f" and {len(faults) - 1} more" if len(faults) > 1 else ""
            yield Finding(
                subject,
                State.MISSING,
                faults[0] + more,
                costs="a fetch stops, or the build takes a version that nobody asked for",
                fix=f"bazel run //{target}, and commit both files",
            )
        else:
            yield ok(subject, "consistent")
