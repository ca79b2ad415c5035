"""Nothing ships without its licence: the collector on made-up packages, and the files that the apps get."""

import json
import os
import pathlib
import re
import zipfile

import collect
import pytest

STANDARD = {"Apache-2.0": "the standard text"}


def _info(folder: pathlib.Path, metadata: str, **texts: str) -> pathlib.Path:
    info = folder / "thing-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(
        f"Metadata-Version: 2.4\nName: thing\nVersion: 1.0\n{metadata}\n\nLicense: no\n"
    )
    for name, text in texts.items():
        path = info / name.replace("__", "/").replace("_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return info


@pytest.mark.parametrize(
    ("metadata", "license"),
    [
        ("License-Expression: BSD-3-Clause AND MIT", "BSD-3-Clause AND MIT"),
        ("License: Apache 2.0", "Apache-2.0"),
        ("License: ZPL 2.1", "ZPL-2.1"),
        ("Classifier: License :: OSI Approved :: MIT License", "MIT"),
    ],
)
def test_a_wheels_licence_is_found(tmp_path, metadata, license):
    found = collect.python_package(_info(tmp_path, metadata))
    assert (found.name, found.version, found.license) == ("thing", "1.0", license)


def test_licence_files_of_both_places_are_read(tmp_path):
    metadata = "License-Expression: MIT\nLicense-File: LICENSE.txt\nLicense-File: sub/COPYING.txt"
    info = _info(tmp_path, metadata, LICENSE_txt="one", licenses__sub__COPYING_txt="two")
    texts = dict(collect.python_package(info).texts)
    assert texts == {"LICENSE.txt": "one", "sub/COPYING.txt": "two"}


@pytest.mark.parametrize("metadata", ["", "License: UNKNOWN\n  and a whole\n  text"])
def test_a_wheel_that_states_no_licence_is_refused(tmp_path, metadata):
    with pytest.raises(collect.LicenseError, match="thing 1.0 states no licence"):
        collect.python_package(_info(tmp_path, metadata))


def test_a_missing_licence_file_is_refused(tmp_path):
    info = _info(tmp_path, "License-Expression: MIT\nLicense-File: LICENSE.txt")
    with pytest.raises(collect.LicenseError, match="its licence file LICENSE.txt is missing"):
        collect.python_package(info)


def _archive(folder: pathlib.Path, **files: str) -> pathlib.Path:
    path = folder / "a.jar"
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in files.items():
            archive.writestr(name.replace("__", "/"), text)
    return path


def test_an_artifact_has_its_poms_licence_and_the_archives_texts(tmp_path):
    files = {"LICENSE": "one", "META-INF__NOTICE": "two", "deep__er__LICENSE": "no"}
    path = _archive(tmp_path, **files)
    found = collect.maven_package("g:a:aar:2.0", path, {"g:a:aar:2.0": ["MIT", "EPL-1.0"]})
    texts = (("LICENSE", "one"), ("META-INF/NOTICE", "two"))
    assert found == collect.Package("g:a", "2.0", "MIT AND EPL-1.0", texts)


def test_an_artifact_that_the_lock_does_not_know_is_refused(tmp_path):
    with pytest.raises(collect.LicenseError, match="g:a:jar:2 has no entry in licenses.json"):
        collect.maven_package("g:a:jar:2", _archive(tmp_path), {"g:a:jar:1": ["MIT"]})


def test_a_standard_text_is_added_only_where_there_is_none():
    bare = collect.Package("a", "1", "Apache-2.0", (("AUTHORS", "x"),))
    added = collect.complete(bare, STANDARD).texts[-1]
    assert added == ("Apache-2.0 (standard text)", "the standard text")
    own = collect.Package("a", "1", "Apache-2.0", (("licenses/LICENSE", "x"),))
    assert collect.complete(own, STANDARD) == own
    with pytest.raises(collect.LicenseError, match=r"a 1 \(MIT\) brings no licence text"):
        collect.complete(collect.Package("a", "1", "MIT", ()), STANDARD)


def test_equal_texts_stand_once_with_all_their_owners():
    one = collect.Package("b", "1", "MIT", (("LICENSE", "text \n"),))
    two = collect.Package("A", "2", "MIT", (("LICENSE", "text"),))
    page = collect.render("App", [one, two, one])
    assert page.count("text") == 1
    assert "A 2: LICENSE\nb 1: LICENSE\n" in page
    assert page.index("  A 2: MIT") < page.index("  b 1: MIT")


def test_the_program_names_the_target(tmp_path, capsys):
    _info(tmp_path / "site", "")
    options = ["--label=//x:app", "--title=App", f"--site={tmp_path / 'site'}"]
    assert collect.main([*options, f"--out={tmp_path / 'NOTICE'}"]) == 1
    said = "ERROR //x:app: thing 1.0 states no licence in its METADATA; leave it out\n"
    assert capsys.readouterr().err == said
    assert not (tmp_path / "NOTICE").exists()


# What is built.


def _read(variable: str) -> str:
    return pathlib.Path(os.environ[variable]).read_text("utf-8")


def test_every_locked_artifact_has_a_licence():
    licenses = json.loads(_read("LICENSES"))["licenses"]
    locked = {
        entry["coordinates"]
        for entries in json.loads(_read("MAVEN_LOCK"))["repositories"].values()
        for entry in entries
    }
    assert licenses.keys() == locked, "update it: bazel run //tools/maven:lock"
    assert all(licenses.values())


def test_the_pis_notice_lists_all_that_is_locked_for_it():
    notice = _read("PI_NOTICE")
    listed = {
        re.sub(r"[-_.]+", "-", name).lower(): version
        for name, version in re.findall(r"^  (\S+) (\S+): \S", notice, re.MULTILINE)
    }
    locked = dict(re.findall(r"^([\w.-]+)==(\S+) \\$", _read("PI_LOCK"), re.MULTILINE))
    assert listed == locked
    assert notice.count("numpy/_core/include/numpy/libdivide/LICENSE.txt") == 1


def test_the_apps_notice_lists_the_runtime_and_not_what_android_has():
    notice = _read("ANDROID_NOTICE")
    assert "  org.tensorflow:tensorflow-lite 2.16.1: Apache-2.0\n" in notice
    assert "  org.tensorflow:tensorflow-lite-api 2.16.1: Apache-2.0\n" in notice
    assert "org.json" not in notice
    assert "junit" not in notice
    # TensorFlow's own file goes on behind the standard text.
    assert "Caffe" in notice
