"""Lists the outputs of one `bazel build` from its Build Event Protocol file."""

import hashlib
import json
import os
import pathlib
import shutil
import urllib.parse
import urllib.request
from collections.abc import Iterable, Iterator
from typing import Any


class BuildError(Exception):
    """The one-line reason why a build cannot be compared."""


def outputs(events: Iterable[dict[str, Any]]) -> tuple[dict[str, pathlib.Path], list[str]]:
    """Return the outputs of the requested targets.

    Args:
      events: Build Event Protocol messages as JSON objects.
    Returns:
      Path below bazel-out -> file, for every output; labels of targets that did not build.
    """
    failed = []
    sets: dict[str, dict[str, Any]] = {}
    wanted: list[str] = []
    for event in events:
        key = event.get("id", {})
        if "namedSet" in key:
            sets[key["namedSet"]["id"]] = event.get("namedSetOfFiles", {})
        elif "targetCompleted" in key and "aborted" not in event:
            completed = event.get("completed", {})
            if not completed.get("success"):
                failed.append(key["targetCompleted"].get("label", "a target"))
                continue
            for group in completed.get("outputGroup", []):
                wanted += [item["id"] for item in group.get("fileSets", [])]
    return dict(_files(sets, wanted)), failed


def _files(
    sets: dict[str, dict[str, Any]], wanted: list[str]
) -> Iterator[tuple[str, pathlib.Path]]:
    seen = set()
    while wanted:
        key = wanted.pop()
        if key in seen:
            continue
        seen.add(key)
        members = sets.get(key, {})
        wanted += [item["id"] for item in members.get("fileSets", [])]
        for file in members.get("files", []):
            prefix = file.get("pathPrefix", [])
            uri = urllib.parse.urlparse(file.get("uri", ""))
            # Source files have no such prefix.
            if prefix[:1] == ["bazel-out"] and uri.scheme == "file":
                path = pathlib.Path(urllib.request.url2pathname(uri.path))
                yield "/".join([*prefix[1:], file["name"]]), path


def keep(files: dict[str, pathlib.Path], folder: pathlib.Path) -> dict[str, str]:
    """Keep files in `folder`, so that their output base may go; links instead of copies where that can be.

    Returns:
      Name -> sha256; directories by their files.
    """
    hashes = {}
    for name, path in sorted(files.items()):
        inside = [file for file in path.rglob("*") if file.is_file()] if path.is_dir() else [path]
        for file in inside:
            whole = f"{name}/{file.relative_to(path).as_posix()}" if path.is_dir() else name
            target = folder / whole
            target.parent.mkdir(parents=True, exist_ok=True)
            real = file.resolve(strict=True)
            try:
                os.link(real, target)
            except OSError:
                shutil.copyfile(real, target)
            with target.open("rb") as content:
                hashes[whole] = hashlib.file_digest(content, "sha256").hexdigest()
    return hashes


def read_events(path: pathlib.Path) -> list[dict[str, Any]]:
    """Return the messages of a Build Event Protocol file in JSON."""
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines if line.strip()]
