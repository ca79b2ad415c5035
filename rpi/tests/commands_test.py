"""watch, camera and benchmark of the real file, as a user starts and ends them."""

import json
import os
import pathlib
import shutil
import signal
import subprocess

import launch
import pytest

_PHOTO = os.environ["PI_PHOTO"]
_LABEL = pathlib.Path(os.environ["PI_PHOTO_LABEL"]).read_text().strip()
_WAIT_S = 60


@pytest.fixture
def started(tmp_path):
    """Starts a command whose standard output is read line by line; it is gone at the end."""
    processes = []

    def start(*arguments, path="") -> subprocess.Popen:
        environment = launch.environment(tmp_path / "cache")
        environment["PATH"] = f"{path}:{environment['PATH']}"
        process = subprocess.Popen(
            [*launch.command(), *arguments],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        processes.append(process)
        return process

    yield start
    for process in processes:
        process.kill()
        process.communicate()


def _answer(process: subprocess.Popen) -> dict:
    return json.loads(process.stdout.readline())


def test_watch_until_sigterm(tmp_path, started):
    folder = tmp_path / "pictures"
    folder.mkdir()
    shutil.copy(_PHOTO, folder / "old.png")
    process = started("watch", folder, "--json", "--interval=0.1", "--existing")
    answer = _answer(process)
    assert (answer["photo"], answer["top"][0]["label"]) == (str(folder / "old.png"), _LABEL)
    (folder / "broken.png").write_text("no picture")
    assert "is not an image" in _answer(process)["error"]  # and it goes on
    shutil.copy(_PHOTO, folder / "new.png")
    assert _answer(process)["photo"] == str(folder / "new.png")
    process.send_signal(signal.SIGTERM)
    out, err = process.communicate(timeout=_WAIT_S)
    assert (process.returncode, out) == (0, "")
    assert err.count("\n") == 1 and "broken.png" in err


def test_camera(tmp_path, started):
    programs = tmp_path / "programs"
    programs.mkdir()
    camera = programs / "rpicam-still"
    camera.write_text(f"#!/bin/sh\nexec cat '{os.path.abspath(_PHOTO)}'\n")
    camera.chmod(0o755)
    process = started("camera", "--json", "--count=2", "--interval=0.1", path=programs)
    assert [_answer(process)["top"][0]["label"] for _ in range(2)] == [_LABEL, _LABEL]
    assert process.wait(_WAIT_S) == 0
    endless = started("camera", "--json", "--count=0", "--interval=0.1", path=programs)
    assert _answer(endless)["photo"] == "camera picture 1"
    endless.send_signal(signal.SIGINT)
    endless.communicate(timeout=_WAIT_S)
    assert endless.returncode == 0


def test_benchmark(tmp_path):
    done = launch.run(
        tmp_path / "cache", "benchmark", "--rounds=1", "--variant=int8", "--out", tmp_path
    )
    assert done.returncode == 0, done.stderr
    found = json.loads((tmp_path / "metrics.json").read_text())
    assert {(r["variant"], r["delegate"], r["threads"]) for r in found["records"]} >= {
        ("digits_int8", "xnnpack", 1),
        ("digits_int8", "none", 1),
    }
    assert set(json.loads((tmp_path / "conditions.json").read_text())) == {"before", "after"}
    assert "digits_int8" in done.stdout and "before: " in done.stdout


def test_reader_that_goes_away(started):
    """`runner classify … | head -1` is not a traceback."""
    process = started("classify", *[_PHOTO] * 200)
    process.stdout.readline()
    process.stdout.close()
    assert process.wait(_WAIT_S) == 1
    assert process.stderr.read() == ""
