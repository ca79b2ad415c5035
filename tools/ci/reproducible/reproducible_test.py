"""The comparison of two builds, with a stand-in for Bazel: green for equal files, red by entry for a timestamp."""

import gzip
import io
import json
import os
import pathlib
import tarfile
import zipfile

import differences
import numpy as np
import pytest
import reproducible

# Writes what a build makes, and the events that tell of it. The second build is the one with one core.
_BAZEL = """#!/usr/bin/env python3
import json, os, pathlib, sys
sys.path[:0] = {path}
import make_outputs

arguments = sys.argv[1:]
base = pathlib.Path(next(a.partition("=")[2] for a in arguments if a.startswith("--output_base=")))
base.mkdir(parents=True, exist_ok=True)
with open({log!r}, "a") as log:
    limits = os.environ.get("MODEL_PRESS_PYTHON_ENV")
    line = [arguments, len(os.sched_getaffinity(0)), limits, sorted(os.listdir())]
    log.write(json.dumps(line) + "\\n")
if "build" in arguments:
    files = make_outputs.make(base, "second" in base.name)
    events = next(a.partition("=")[2] for a in arguments if a.startswith("--build_event_json_file="))
    lines = [
        {{"id": {{"namedSet": {{"id": "0"}}}}, "namedSetOfFiles": {{"files": [
            {{"name": name, "uri": "file://" + str(base / name), "pathPrefix": ["bazel-out", "k8", "bin"]}}
            for name in files
        ] + [{{"name": "BUILD", "uri": "file:///src/BUILD"}}]}}}},
        {{"id": {{"targetCompleted": {{"label": "//a:b"}}}}, "completed": {{"success": {success}, "outputGroup": [
            {{"name": "default", "fileSets": [{{"id": "0"}}]}}]}}}},
    ]
    pathlib.Path(events).write_text("\\n".join(json.dumps(line) for line in lines))
"""


def _zip(entries: dict[str, bytes], date=(1980, 1, 1, 0, 0, 0)) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in entries.items():
            archive.writestr(zipfile.ZipInfo(name, date), content)
    return packed.getvalue()


def _tar(entries: dict[str, bytes], date: int = 0) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for name, content in entries.items():
            entry = tarfile.TarInfo(name)
            entry.size, entry.mtime = len(content), date
            archive.addfile(entry, io.BytesIO(content))
    return packed.getvalue()


def _deb(data: bytes) -> bytes:
    header = f"{'data.tar.gz':16}{0:<12}{0:<6}{0:<6}{100644:<8}{len(data):<10}`\n".encode()
    return b"!<arch>\n" + header + data + b"\n" * (len(data) % 2)


def _npy(array: np.ndarray) -> bytes:
    packed = io.BytesIO()
    np.save(packed, array)
    return packed.getvalue()


class Checked:
    """A run of the program on a workspace whose outputs the test's Python source makes."""

    def __init__(self, folder: pathlib.Path, capsys):
        self.folder = folder
        self.out = folder / "out"
        self._capsys = capsys

    def run(self, source: str, *options: str, success: bool = True) -> tuple[int, list[str]]:
        """(exit code, printed lines); `source` is the body of make_outputs.make(base, second)."""
        body = "\n".join("    " + line for line in source.splitlines())
        (self.folder / "make_outputs.py").write_text(
            "import io, json, os, pathlib, time, zipfile\n\ndef make(base, second):\n" + body
        )
        bazel = self.folder / "bazel"
        log, path = str(self.folder / "log"), [str(self.folder)]
        bazel.write_text(_BAZEL.format(path=path, log=log, success=success))
        bazel.chmod(0o755)
        code = reproducible.main([f"--bazel={bazel}", f"--out={self.out}", *options])
        captured = self._capsys.readouterr()
        return code, (captured.out + captured.err).splitlines()

    def calls(self) -> list:
        return [json.loads(line) for line in (self.folder / "log").read_text().splitlines()]


@pytest.fixture
def checked(tmp_path, capsys, monkeypatch) -> Checked:
    (tmp_path / "source").mkdir()
    monkeypatch.setenv("BUILD_WORKSPACE_DIRECTORY", str(tmp_path / "source"))
    return Checked(tmp_path, capsys)


_ZIP = """\
date = {date}
with zipfile.ZipFile(base / "app.apk", "w") as archive:
    archive.writestr(zipfile.ZipInfo("assets/model.tflite", date), b"weights")
    archive.writestr(zipfile.ZipInfo("classes.dex", (1980, 1, 1, 0, 0, 0)), b"code")
(base / "M.mlpackage").mkdir(exist_ok=True)
(base / "M.mlpackage" / "Manifest.json").write_text("{{}}")
return ["app.apk", "M.mlpackage"]
"""
_FIXED = "(1980, 1, 1, 0, 0, 0)"
_CLOCK = "(2020, 1, 1, 0, 0, 2 * second)"


def test_equal_builds_are_green(checked):
    code, lines = checked.run(_ZIP.format(date=_FIXED))
    assert (code, lines[-1]) == (0, "2 files compared, 0 differ, 0 known to")
    kept = json.loads((checked.out / "reproducible.json").read_text())
    assert sorted(kept["first"]) == ["k8/bin/M.mlpackage/Manifest.json", "k8/bin/app.apk"]
    assert not list(checked.out.glob("*.base")), "an output base stays behind"


def test_a_timestamp_put_back_is_red_and_its_entry_named(checked):
    code, lines = checked.run(_ZIP.format(date=_CLOCK))
    assert code == 1
    assert lines == [
        "DIFFERS k8/bin/app.apk!assets/model.tflite@date: 2020-01-01 00:00:00 and 2020-01-01 00:00:02",
        "2 files compared, 1 differ, 0 known to",
    ]


def test_the_second_build_has_one_core_fewer_instructions_and_no_cache(checked):
    checked.run(_ZIP.format(date=_FIXED), "//a:b", "--option=--config=full")
    first, second = (call for call in checked.calls() if "build" in call[0])
    assert first[1:3] == [len(os.sched_getaffinity(0)), None]
    assert second[1] == 1 and "ONEDNN_MAX_CPU_ISA=AVX2" in second[2]
    assert first[0][0] != second[0][0], "the same output base"
    for call in (first, second):
        assert {"--disk_cache=", "--remote_cache=", "--config=full", "//a:b"} <= set(call[0])


def test_the_first_build_may_take_what_caches_have_the_second_may_not(checked):
    checked.run(_ZIP.format(date=_FIXED), "--first-from-cache")
    first, second = (set(call[0]) for call in checked.calls() if "build" in call[0])
    caches = {"--disk_cache=", "--remote_cache="}
    assert not caches & first
    assert caches <= second


def test_a_copy_is_built_without_the_links_of_other_output_bases(checked):
    source = checked.folder / "source"
    (source / "tools").mkdir()
    for name in ("WORKSPACE", "tools/BUILD", "user.bazelrc"):
        (source / name).touch()
    (source / "bazel-source").symlink_to(checked.folder)
    checked.run(_ZIP.format(date=_FIXED))
    for *_, listed in checked.calls():
        assert listed == ["WORKSPACE", "tools", "user.bazelrc"]
    assert not list(checked.out.glob("*.workspace")), "a copy stays behind"


_TRAINED = """\
with zipfile.ZipFile(base / "app.apk", "w") as archive:
    date = (2020, 1, 1, 0, 0, {clock} * second)
    archive.writestr(zipfile.ZipInfo("assets/model.tflite", date), b"trained %d" % second)
return ["app.apk"]
"""


def _known(folder: pathlib.Path, place: str) -> str:
    path = folder / "known.json"
    path.write_text(json.dumps([{"place": place, "why": "trained here"}]))
    return f"--known={path}"


def test_a_known_difference_is_told_and_does_not_count(checked, tmp_path):
    known = _known(tmp_path, r"k8/bin/app\.apk!assets/[^@]*")
    code, lines = checked.run(_TRAINED.format(clock=0), known)
    assert code == 0
    assert lines == ["known, 1 files: trained here", "1 files compared, 0 differ, 1 known to"]


def test_a_timestamp_beside_a_known_difference_is_red(checked, tmp_path):
    known = _known(tmp_path, r"k8/bin/app\.apk!assets/[^@]*")
    code, lines = checked.run(_TRAINED.format(clock=2), known)
    assert code == 1
    assert [line.partition(": ")[0] for line in lines if "DIFFERS" in line] == [
        "DIFFERS k8/bin/app.apk!assets/model.tflite@date"
    ]


@pytest.mark.parametrize("contents_may_differ", [False, True])
def test_a_file_of_one_build_only_is_red(checked, tmp_path, contents_may_differ):
    source = '(base / "a").write_text("x")\n(base / "b").write_text("x")\nreturn ["a", "b"] if second else ["a"]'
    known = [_known(tmp_path, r"k8/bin/[^@]*")] if contents_may_differ else []
    code, lines = checked.run(source, *known)
    assert (code, lines[0]) == (1, "DIFFERS k8/bin/b@presence: in the second build only")


def test_a_reason_that_is_added_later_is_judged_without_building(checked, tmp_path, capsys):
    assert checked.run(_ZIP.format(date=_CLOCK), "//a:b")[0] == 1
    calls, record = checked.calls(), (checked.out / "reproducible.json").read_bytes()
    known = _known(tmp_path, r"k8/bin/app\.apk!.*")
    assert reproducible.main([f"--out={checked.out}", known, "--again"]) == 0
    assert "0 differ, 1 known to" in capsys.readouterr().out
    assert checked.calls() == calls
    assert (checked.out / "reproducible.json").read_bytes() == record, "its targets are forgotten"


def test_again_wants_a_whole_run(checked, capsys):
    assert reproducible.main([f"--out={checked.out}", "--again"]) == 2
    assert "is not there; name the folder of an earlier run" in capsys.readouterr().err
    checked.out.mkdir()
    assert reproducible.main([f"--out={checked.out}", "--again"]) == 2
    assert "no reproducible.json of a whole run" in capsys.readouterr().err


def test_on_the_same_instructions_nothing_is_known(checked, tmp_path):
    known = _known(tmp_path, ".*")
    code, _ = checked.run(_ZIP.format(date=_CLOCK), known, "--same-instructions")
    assert code == 1
    assert [call[2] for call in checked.calls()] == [None] * 4


def test_a_build_that_fails_or_makes_nothing_is_no_success(checked):
    assert checked.run("return []")[0] == 2
    checked.out = checked.folder / "other"
    code, lines = checked.run("return []", success=False)
    assert code == 2
    assert lines[-2:] == [
        f"reproducible: //a:b does not build in the {name} build" for name in ("first", "second")
    ]


def test_a_folder_that_is_there_is_left_alone(checked):
    checked.out.mkdir()
    assert checked.run("return []")[0] == 2
    assert not list(checked.out.iterdir())


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        (_zip({"a": b"1"}), _zip({"a": b"2"}), "f!a:1: 1 and 2"),
        (_zip({"a": b"1"}), _zip({"b": b"1"}), "f!a@presence: in the first only"),
        (
            _zip({"a": b"", "b": b""}),
            _zip({"b": b"", "a": b""}),
            "f@order: the same entries in another order",
        ),
        (_tar({"a": b"1"}, 1), _tar({"a": b"1"}, 2), "f!a@date: 1 and 2"),
        (
            gzip.compress(_tar({"a": b"1"}), mtime=0),
            gzip.compress(_tar({"a": b"2"}), mtime=0),
            "f!a:1: 1 and 2",
        ),
        (gzip.compress(b"x", mtime=1), gzip.compress(b"x", mtime=2), "f@date: 1 and 2"),
        (
            _deb(gzip.compress(_tar({"./usr/bin/x": b"1"}, 5), mtime=0)),
            _deb(gzip.compress(_tar({"./usr/bin/x": b"1"}, 6), mtime=0)),
            "f!data.tar.gz!./usr/bin/x@date: 5 and 6",
        ),
        (b'{"a": {"b": [1, 2]}}', b'{"a": {"b": [1, 3]}}', "f: .a.b[1] 2 and 3"),
        (
            _npy(np.zeros(4, np.float32)),
            _npy(np.array([0, 0, 0.5, 0], np.float32)),
            "f: 1 of 4 elements, by at most 0.5",
        ),
        (_npy(np.zeros(4)), _npy(np.zeros(5)), "f: float64[4] and float64[5]"),
        (b"\0abc", b"\0abd", "f: 1 of 4 bytes, the first at 3"),
        (b"\0abc", b"\0ab", "f: 4 and 3 bytes"),
    ],
)
def test_each_kind_of_file_says_where(first, second, expected):
    assert list(differences.differences("f", first, first)) == []
    assert next(differences.differences("f", first, second)) == expected


def test_a_file_that_differs_everywhere_does_not_hide_the_others(checked):
    source = '(base / "a").write_text("\\n".join(f"{second}{line}" for line in range(100)))\nreturn ["a"]'
    _, lines = checked.run(source)
    assert len(lines) == reproducible.MOST + 2
    assert lines[-2] == "DIFFERS k8/bin/a: and 80 more"
