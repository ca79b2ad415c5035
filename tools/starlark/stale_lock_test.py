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


def _context(folder: pathlib.Path, path: str, lock: object, **attributes: str) -> Context:
    (folder / "lock.json").write_text(json.dumps(lock))
    (folder / "repository").mkdir()
    return Context(folder / "repository", path, lock=_Label(folder / "lock.json"), **attributes)


def _npm(folder: pathlib.Path, sha256: str | None) -> Context:
    archive = folder / "delivered.tgz"
    (folder / "index.js").write_text("42\n")
    with tarfile.open(archive, "w:gz") as packed:
        packed.add(folder / "index.js", "package/index.js")
    pin = {"version": "1.0.0", "sha256": sha256 or _sha256(archive)}
    path = _client(folder, "npm", f"cp '{archive}' digits-1.0.0.tgz\necho digits-1.0.0.tgz\n")
    return _context(folder, path, {"packages": {"digits": pin}}, package="digits")


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
    lock = {"repositories": {"maven": [artifact]}}
    return _context(folder, path, lock, repository="maven")


def _sha256(path: pathlib.Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize(("context_of", "rule"), [(_npm, _NPM), (_maven, _MAVEN)])
def test_what_the_lock_names_is_taken(tmp_path, context_of, rule):
    rule(context_of(tmp_path, None))
    assert (tmp_path / "repository" / "BUILD.bazel").exists()


# shows: fault stale hash in a lock
@pytest.mark.parametrize(
    ("context_of", "rule", "said"),
    [
        (_npm, _NPM, ["digits@1.0.0", "expected 0000", "bazel run //tools/npm:lock"]),
        (
            _maven,
            _MAVEN,
            ["org.example:thing:jar:1.0", "expected sha256 0000", "bazel run //tools/maven:lock"],
        ),
    ],
)
def test_a_stale_hash_is_refused_by_name(tmp_path, context_of, rule, said):
    with pytest.raises(Failure) as refusal:
        rule(context_of(tmp_path, "0" * 64))
    assert [words for words in said if words not in str(refusal.value)] == []
    left = {path.name for path in (tmp_path / "repository").iterdir()}
    # Maven's client leaves files; no target has them.
    assert "BUILD.bazel" not in left if rule is _MAVEN else not left
