"""The lock program's own logic; what needs mvn and a network is `bazel run //tools/maven:lock`."""

import json
import os
import pathlib
import re

import licenses
import lock
import pytest

_TREE = """\
model_press:lock:pom:1
+- org.robolectric:robolectric:jar:4.17:compile
|  +- org.robolectric:junit:jar:4.17:compile
|  \\- androidx.test:monitor:aar:1.8.0:runtime
\\- junit:junit:jar:4.13.2:compile
   \\- org.hamcrest:hamcrest-core:jar:1.3:compile
"""


def test_reads_the_tree_that_maven_prints():
    assert [str(item) for item in lock.parse_tree(_TREE)] == [
        "org.robolectric:robolectric:jar:4.17",
        "org.robolectric:junit:jar:4.17",
        "androidx.test:monitor:aar:1.8.0",
        "junit:junit:jar:4.13.2",
        "org.hamcrest:hamcrest-core:jar:1.3",
    ]


def test_a_root_keeps_the_short_name_of_two_that_share_it():
    ours, theirs = (
        lock.Coordinates.parse("junit:junit:jar:4.13.2"),
        lock.Coordinates.parse("a.first:junit:jar:1"),
    )
    names = lock.target_names([theirs, ours], {ours})
    assert names == {ours: "junit", theirs: "a.first_junit"}


def test_excludes_what_is_not_asked_for():
    item = lock.Coordinates.parse("g:a:aar:1")
    assert "<exclusion>" in lock.pom([(item, False)])
    assert "<exclusion>" not in lock.pom([(item, True)])


def test_refuses_malformed_coordinates_in_one_line():
    with pytest.raises(lock.LockError, match='"g:a:1": expected group:artifact:packaging:version'):
        lock.Coordinates.parse("g:a:1")


def test_refuses_another_schema():
    with pytest.raises(lock.LockError, match="schema_version 1"):
        lock.lock({"schema_version": 2})


def _read(name: str) -> dict:
    return json.loads(pathlib.Path(os.environ[name]).read_text(encoding="utf-8"))


def test_the_lock_holds_all_that_is_asked_for_with_hashes():
    wanted, locked = _read("ARTIFACTS")["repositories"], _read("LOCK")["repositories"]
    assert wanted.keys() == locked.keys()
    for name, wants in wanted.items():
        entries = locked[name]
        assert {want["coordinates"] for want in wants} <= {each["coordinates"] for each in entries}
        names = {entry["name"] for entry in entries}
        assert len(names) == len(entries)
        for entry in entries:
            assert re.fullmatch("[0-9a-f]{64}", entry["sha256"])
            assert set(entry["deps"]) <= names


def test_exactly_one_artifact_has_the_interpreter():
    # Two that ship org.tensorflow.lite break the app's build or, worse, its start.
    artifacts = [entry["coordinates"] for entry in _read("LOCK")["repositories"]["maven"]]
    runtimes = [item for item in artifacts if re.search(r":(tensorflow-lite|litert):", item)]
    assert len(runtimes) == 1


def _pom(folder: pathlib.Path, name: str, inside: str) -> None:
    namespace = "http://maven.apache.org/POM/4.0.0"
    (folder / f"{name}.pom").write_text(f'<project xmlns="{namespace}">{inside}</project>')


_MIT = "<licenses><license><name>The MIT\n License</name></license></licenses>"
_PARENT = "<parent><artifactId>parent</artifactId><version>9</version></parent>"


def test_licences_are_those_of_the_pom_or_of_the_nearest_parent(tmp_path):
    _pom(tmp_path, "a-1", _MIT + _PARENT)
    _pom(tmp_path, "b-2", _PARENT)
    _pom(tmp_path, "parent-9", _MIT.replace("The MIT\n License", "Apache 2.0") * 2)
    assert licenses.of_all(["g:b:aar:2", "g:a:jar:1"], tmp_path) == {
        "g:a:jar:1": ["MIT"],
        "g:b:aar:2": ["Apache-2.0"],
    }


@pytest.mark.parametrize(
    ("inside", "message"),
    [
        ("", "a 1: neither its POM nor a parent declares a licence"),
        (_PARENT, "a 1: parent-9.pom was not delivered"),
        (_MIT.replace("MIT", "Best"), 'a 1: licence "The Best License" is not known; read it'),
    ],
)
def test_an_unknown_licence_is_refused(tmp_path, inside, message):
    _pom(tmp_path, "a-1", inside)
    with pytest.raises(licenses.LicenseError, match=message):
        licenses.of_all(["g:a:jar:1"], tmp_path)
