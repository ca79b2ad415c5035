"""The runner file unpacks itself once, repairs what is damaged, and says what is wrong with its surroundings."""

import concurrent.futures
import os
import pathlib
import subprocess
import sys
import zipfile

import launch
import pytest


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cache")
    assert launch.run(folder, "variants").returncode == 0
    return folder


def _folder(cache: pathlib.Path) -> pathlib.Path:
    (found,) = cache.iterdir()
    return found


def test_first_starts_at_once(tmp_path):
    with concurrent.futures.ThreadPoolExecutor(3) as pool:
        runs = [pool.submit(launch.run, tmp_path, "variants") for _ in range(3)]
        assert {run.result().stdout for run in runs} == {launch.run(tmp_path, "variants").stdout}
    assert not list(tmp_path.rglob("*.part"))


def test_nothing_is_written_twice(cache):
    files = {path: path.stat().st_mtime_ns for path in _folder(cache).rglob("*") if path.is_file()}
    assert launch.run(cache, "variants").returncode == 0
    assert files == {path: path.stat().st_mtime_ns for path in files}


@pytest.mark.parametrize(
    "name", ["site/numpy/__init__.py", "app/pi_runner/cli.py", "models/index.json"]
)
def test_lost_or_cut_files_come_back(cache, name):
    path = _folder(cache) / name
    whole = path.read_bytes()
    for damaged in (None, whole[:10]):
        path.unlink()
        if damaged is not None:
            path.write_bytes(damaged)
        assert launch.run(cache, "variants").returncode == 0
        assert path.read_bytes() == whole


@pytest.mark.parametrize("suffix", [".so", "cli.py"])
def test_a_wrong_bit_in_code_is_repaired_before_it_runs(cache, suffix):
    """Its size is right, and its time is new, as an attacker or a bad card leaves it."""
    path = next(path for path in sorted(_folder(cache).rglob("*" + suffix)))
    whole = path.read_bytes()
    path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    assert launch.run(cache, "variants").returncode == 0
    assert path.read_bytes() == whole


def test_a_wrong_bit_in_a_model_is_repaired(cache, tmp_path):
    path = _folder(cache) / "models/digits_int8/model.tflite"
    whole = path.read_bytes()
    path.write_bytes(whole[:5000] + bytes([whole[5000] ^ 1]) + whole[5001:])
    done = launch.run(cache, "classify", tmp_path / "no.jpg")
    assert "does not exist" in done.stderr  # it got as far as the photo
    assert path.read_bytes() == whole


def test_unwritable_cache(tmp_path):
    (tmp_path / "file").touch()
    done = launch.run(tmp_path / "file" / "cache", "variants")
    assert done.returncode == 3
    assert done.stderr.startswith("ERROR cannot unpack into")
    assert "set MODEL_PRESS_CACHE" in done.stderr and done.stderr.count("\n") == 1


# shows: pain D56
def test_other_python_is_named(tmp_path):
    other = tmp_path / "runner"
    with zipfile.ZipFile(launch.RUNNER) as source, zipfile.ZipFile(other, "w") as target:
        target.writestr("__main__.py", source.read("__main__.py"))
        target.writestr(
            "runner.json", '{"name": "runner", "key": "0", "platforms": ["cp399-aarch64"]}'
        )
    done = subprocess.run([sys.executable, other, "variants"], capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr.startswith("ERROR this runner is for cp399-aarch64; this is cp3")


def test_old_versions_go_after_a_month(cache):
    old, young, foreign = (
        cache / name for name in ("runner_host-0-x", "runner_host-1-x", "other-0")
    )
    for folder in (old, young, foreign):
        folder.mkdir()
        os.utime(folder, (0, 0))
    os.utime(young)
    assert launch.run(cache, "variants").returncode == 0
    assert (old.exists(), young.exists(), foreign.exists()) == (False, True, True)
    young.rmdir()
    foreign.rmdir()


# shows: pain D57
def test_system_packages_stay_out(cache, tmp_path):
    (tmp_path / "numpy").mkdir()
    (tmp_path / "numpy/__init__.py").write_text("raise ImportError('the wrong numpy')")
    environment = {**launch.environment(cache), "PYTHONPATH": str(tmp_path)}
    done = subprocess.run([*launch.command(), "variants"], env=environment, capture_output=True)
    assert done.returncode == 0, done.stderr


def test_models_are_stored_not_deflated():
    with zipfile.ZipFile(launch.RUNNER) as archive:
        models = [info for info in archive.infolist() if info.filename.endswith(".tflite")]
        assert models
        assert all(info.compress_type == zipfile.ZIP_STORED for info in models)
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
