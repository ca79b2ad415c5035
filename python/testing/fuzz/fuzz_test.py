"""Hostile files: every loader refuses them in a line, within 10 s and 2 GB. FUZZ_COUNT files each, named by number."""

import os
import pathlib
import subprocess
import sys
import tempfile

import pytest
from model_press.formats import files
from model_press.formats.errors import UserError
from model_press.process import child

from testing.fuzz import attack, loaders, mutate
from testing.raises import user_error

_COUNT = int(os.environ.get("FUZZ_COUNT", "200"))


@pytest.mark.parametrize("name", list(loaders.LOADERS))
def test_every_damaged_file_is_loaded_or_refused(name):
    command = [sys.executable, "-m", "testing.fuzz.attack", name, "0", str(_COUNT)]
    done = subprocess.run(
        command, env=child.environment(), capture_output=True, text=True, check=False
    )
    said = (done.stdout + done.stderr).strip()[-2000:]
    assert done.returncode == 0, f"{name}: {said}"


def _attack(tmp_path: pathlib.Path, load) -> str:
    return attack.attack(loaders.Loader(".bin", lambda: bytes(range(64)), load), 0, 50, tmp_path)


def test_a_traceback_is_found(tmp_path):
    def load(path):
        if path.read_bytes()[:4] != bytes(range(4)):
            raise ValueError("not handled")

    assert "ValueError: not handled" in _attack(tmp_path, load)


def test_a_file_left_behind_is_found(tmp_path):
    def load(path):
        (path.parent / "evil").write_text("")

    assert "it wrote ['evil']" in _attack(tmp_path, load)


def test_a_member_that_leaves_the_folder_is_found(tmp_path):
    def load(path):
        with tempfile.TemporaryDirectory() as folder:
            (pathlib.Path(folder) / "../evil").write_text("")

    assert "it wrote ['evil']" in _attack(tmp_path, load)


def test_a_loader_that_takes_everything_is_found(tmp_path):
    assert "does not reach the loader" in _attack(tmp_path, lambda path: None)


def test_a_message_without_end_is_found(tmp_path, monkeypatch):
    monkeypatch.setattr(attack, "_LONGEST_MESSAGE", 5)

    def load(path):
        if path.read_bytes() != bytes(range(64)):
            raise UserError("one two")

    assert "the message is 7 long" in _attack(tmp_path, load)


def test_deep_json_is_refused(tmp_path):
    (tmp_path / "m.json").write_text("[" * 100_000)
    with user_error("m.json is not valid JSON"):
        files.read_json(tmp_path / "m.json", "manifest")


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("manifest", mutate.damaged),
        ("manifest", mutate.damaged_json),
        ("apk", mutate.damaged_zip),
        ("npy", mutate.damaged_npy),
    ],
)
def test_the_same_number_is_the_same_file(name, change):
    good = loaders.LOADERS[name].good()
    made = [change(good, number) for number in range(20)]
    assert made == [change(good, number) for number in range(20)]
    assert len(set(made)) > 10 and good not in made[1::2]
