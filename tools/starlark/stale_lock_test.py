"""A changed byte is refused by name by the rules that fetch from npm and Maven, given a client that changes it."""

import hashlib
import json
import os
import pathlib
import tarfile

import pytest
from repository_rules import Context, Failure, implementation

_NPM = implementation(os.environ["NPM_RULE"], "_npm_package_impl")
_MAVEN = implementation(os.environ["MAVEN_RULE"], "_maven_repository_impl")


class _Label(str):
    """The path of a lock file, with what a message says of its label."""

    package, name = "third_party", "lock.json"


def _client(folder: pathlib.Path, name: str, script: str) -> str:
    """A program of this name in front of the machine's; returns the PATH."""
    programs = folder / "programs"
    programs.mkdir()
    (programs / name).write_text("#!/bin/sh\n" + script)
    (programs / name).chmod(0o755)
    return f"{programs}:{os.environ['PATH']}"


def _lock(folder: pathlib.Path, content: object) -> _Label:
    (folder / "lock.json").write_text(json.dumps(content))
    return _Label(folder / "lock.json")


def _npm(folder: pathlib.Path, sha256: str | None) -> Context:
    archive = folder / "delivered.tgz"
    (folder / "index.js").write_text("42\n")
    with tarfile.open(archive, "w:gz") as packed:
        packed.add(folder / "index.js", "package/index.js")
    pin = {"version": "1.0.0", "sha256": sha256 or _sha256(archive)}
    path = _client(folder, "npm", f"cp '{archive}' digits-1.0.0.tgz\necho digits-1.0.0.tgz\n")
    repository = folder / "repository"
    repository.mkdir()
    lock = _lock(folder, {"packages": {"digits": pin}})
    return Context(repository, path, lock=lock, package="digits")


def _maven(folder: pathlib.Path, sha256: str | None) -> Context:
    jar = folder / "delivered.jar"
    jar.write_bytes(b"PK\5\6" + bytes(18))
    artifact = {
        "name": "thing",
        "coordinates": "org.example:thing:jar:1.0",
        "sha256": sha256 or _sha256(jar),
        "deps": [],
        "extract": {},
    }
    path = _client(folder, "mvn", f"mkdir -p files\ncp '{jar}' files/thing-1.0.jar\n")
    repository = folder / "repository"
    repository.mkdir()
    lock = _lock(folder, {"repositories": {"maven": [artifact]}})
    return Context(repository, path, lock=lock, repository="maven")


def _sha256(path: pathlib.Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_what_the_lock_names_is_taken(tmp_path):
    for name, context_of, rule in (("npm", _npm, _NPM), ("maven", _maven, _MAVEN)):
        folder = tmp_path / name
        folder.mkdir()
        rule(context_of(folder, None))
        assert (folder / "repository" / "BUILD.bazel").exists()


# shows: fault stale hash in a lock
def test_a_stale_hash_of_npm_is_refused_by_name(tmp_path):
    with pytest.raises(Failure) as refusal:
        _NPM(_npm(tmp_path, "0" * 64))
    message = str(refusal.value)
    assert "digits@1.0.0" in message and f"expected {'0' * 64}" in message
    assert "bazel run //tools/npm:lock" in message
    assert list((tmp_path / "repository").iterdir()) == []


# shows: fault stale hash in a lock
def test_a_stale_hash_of_maven_is_refused_by_name(tmp_path):
    with pytest.raises(Failure) as refusal:
        _MAVEN(_maven(tmp_path, "0" * 64))
    message = str(refusal.value)
    assert "org.example:thing:jar:1.0" in message and f"expected sha256 {'0' * 64}" in message
    assert "bazel run //tools/maven:lock" in message
    assert not (tmp_path / "repository" / "BUILD.bazel").exists()
