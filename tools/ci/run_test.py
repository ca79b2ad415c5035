"""Runs .ci/run with a stand-in for ./bazelw, which writes the event file that the rc file asks for."""

from __future__ import annotations

import json
import os
import pathlib
import shutil
import subprocess

import pytest

# Not resolved: under Bazel this is the runfiles tree.
_REPOSITORY = pathlib.Path(__file__).absolute().parents[2]
_BAZELW = """\
#!/bin/bash
echo "$*" >>calls
[ {seconds} -eq 0 ] || exec sleep {seconds}
case $1 in
  build) exit {build} ;;
  test)
    events=$(sed -n 's/.*--build_event_json_file=//p' "$MODEL_PRESS_BAZELRC")
    cp events.json "$events"
    exit {test}
    ;;
esac
"""


def _result(label: str, status: str) -> dict:
    return {"id": {"testResult": {"label": label}}, "testResult": {"status": status}}


class TestRun:
    @pytest.fixture(autouse=True)
    def _folders(self, tmp_path: pathlib.Path) -> None:
        self.folders = tmp_path

    def run_ci(
        self,
        events: list[dict],
        build: int = 0,
        test: int = 0,
        seconds: int = 0,
        **environment: str,
    ) -> subprocess.CompletedProcess[str]:
        self.root = self.folders / str(len(list(self.folders.iterdir())))
        for name in (".ci/run", "tools/ci/summary.py"):
            (self.root / name).parent.mkdir(parents=True)
            shutil.copy(_REPOSITORY / name, self.root / name)
        (self.root / "bazelw").write_text(_BAZELW.format(build=build, test=test, seconds=seconds))
        (self.root / "bazelw").chmod(0o755)
        (self.root / "events.json").write_text("".join(json.dumps(e) + "\n" for e in events))
        return subprocess.run(
            ["bash", str(self.root / ".ci/run")],
            env={**os.environ, **environment},
            capture_output=True,
            text=True,
            cwd="/",
        )

    def test_green(self) -> None:
        done = self.run_ci([_result("//a:a", "PASSED")])
        assert done.returncode == 0, done.stdout + done.stderr
        assert done.stdout.splitlines()[-1] == "1 passed, 0 failed"

    def test_calls_are_those_of_the_readme(self) -> None:
        self.run_ci([_result("//a:a", "PASSED")])
        calls = (self.root / "calls").read_text().splitlines()
        assert calls == ["build //android:app", "test //..."]
        readme = (_REPOSITORY / "README.md").read_text()
        for call in calls:
            assert f"./bazelw {call}" in readme

    def test_a_failing_command_is_red_although_all_counted_tests_passed(self) -> None:
        for codes in ({"build": 1}, {"test": 3}):
            done = self.run_ci([_result("//a:a", "PASSED")], **codes)
            assert done.returncode == 1, codes
            assert done.stdout.splitlines()[-1] == "1 passed, 0 failed"

    def test_a_failing_test_is_red(self) -> None:
        done = self.run_ci([_result("//a:a", "PASSED"), _result("//b:b", "FAILED")])
        assert (done.returncode, done.stdout.splitlines()[-1]) == (1, "1 passed, 1 failed")

    def test_what_hangs_is_stopped(self) -> None:
        done = self.run_ci([_result("//a:a", "PASSED")], seconds=30, CI_MINUTES="0")
        assert done.returncode == 1
        assert ".ci/run: stopped, since 0 minutes are over" in done.stdout

    def test_no_test_is_red(self) -> None:
        assert self.run_ci([]).returncode == 1
