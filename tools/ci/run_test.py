"""Runs .ci/run with a stand-in for ./bazelw, which writes the event file that the rc file asks for."""

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


_PASSED = _result("//a:a", "PASSED")


class Checkout:
    """A folder with .ci/run in it."""

    def __init__(self, root: pathlib.Path, events: list[dict], codes: dict, seconds: int) -> None:
        self.root = root
        for name in (".ci/run", "tools/ci/summary.py"):
            (root / name).parent.mkdir(parents=True)
            shutil.copy(_REPOSITORY / name, root / name)
        codes = {"build": 0, "test": 0} | codes
        (root / "bazelw").write_text(_BAZELW.format(seconds=seconds, **codes))
        (root / "bazelw").chmod(0o755)
        (root / "events.json").write_text("".join(json.dumps(e) + "\n" for e in events))

    def run(self, **environment: str) -> tuple[int, list[str]]:
        """Return (exit code, printed lines)."""
        done = subprocess.run(
            ["bash", str(self.root / ".ci/run")],
            env={**os.environ, **environment},
            capture_output=True,
            text=True,
            cwd="/",
        )
        return done.returncode, done.stdout.splitlines()


@pytest.mark.parametrize(
    ("events", "codes", "code", "counts"),
    [
        ([_PASSED], {}, 0, "1 passed, 0 failed"),
        ([_PASSED], {"build": 1}, 1, "1 passed, 0 failed"),
        ([_PASSED], {"test": 3}, 1, "1 passed, 0 failed"),
        ([_PASSED, _result("//b:b", "FAILED")], {}, 1, "1 passed, 1 failed"),
        ([], {}, 1, "0 passed, 0 failed"),
    ],
    ids=["green", "a failing build", "a failing command", "a failing test", "no test"],
)
def test_a_run_is_judged(tmp_path, events, codes, code, counts):
    found, lines = Checkout(tmp_path, events, codes, 0).run()
    assert (found, lines[-1]) == (code, counts)


def test_calls_are_those_of_the_readme(tmp_path):
    Checkout(tmp_path, [_PASSED], {}, 0).run()
    calls = (tmp_path / "calls").read_text().splitlines()
    assert calls == ["build //android:app", "test //..."]
    readme = (_REPOSITORY / "README.md").read_text()
    for call in calls:
        assert f"./bazelw {call}" in readme


def test_what_hangs_is_stopped(tmp_path):
    code, lines = Checkout(tmp_path, [_PASSED], {}, 30).run(CI_MINUTES="0")
    assert code == 1
    assert ".ci/run: stopped, since 0 minutes are over" in lines
