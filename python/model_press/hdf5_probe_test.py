"""hdf5_probe: sound files pass, damaged ones and those that crash the library are refused in a line."""

import signal
import zipfile

import h5py
import numpy as np
import pytest

from model_press import hdf5_probe
from model_press.testing.raises import user_error


@pytest.fixture
def weights(tmp_path):
    path = tmp_path / "w.h5"
    with h5py.File(path, "w") as file:
        file.attrs["keras_version"] = "3.15.1"
        file["layer/kernel"] = np.ones((64, 64), np.float32)
    return path


def test_sound_files_pass(weights, tmp_path):
    hdf5_probe.require_sound(weights)
    with zipfile.ZipFile(tmp_path / "m.keras", "w") as archive:
        archive.write(weights, "model.weights.h5")
    hdf5_probe.require_sound(tmp_path / "m.keras")
    (tmp_path / "other").write_text("no HDF5 at all")
    hdf5_probe.require_sound(tmp_path / "other")
    hdf5_probe.require_sound(tmp_path)


def test_a_truncated_file_is_refused(weights, tmp_path):
    data = weights.read_bytes()
    weights.write_bytes(data[: len(data) // 2])
    with user_error("w.h5 is truncated or corrupt", "export it again"):
        hdf5_probe.require_sound(weights)
    with zipfile.ZipFile(tmp_path / "m.keras", "w") as archive:
        archive.write(weights, "model.weights.h5")
    with user_error("m.keras is truncated or corrupt"):
        hdf5_probe.require_sound(tmp_path / "m.keras")


def test_a_crash_is_refused(weights):
    with user_error("w.h5 crashes the HDF5 library (SIGSEGV)"):
        hdf5_probe.require_sound(weights, lambda path: (-signal.SIGSEGV, ""))


def test_an_endless_reading_is_refused(weights):
    with user_error("w.h5 keeps the HDF5 library busy"):
        hdf5_probe.require_sound(weights, lambda path: (-signal.SIGXCPU, ""))


def test_a_bomb_is_refused(tmp_path):
    with h5py.File(tmp_path / "bomb.h5", "w") as file:
        file.create_dataset("zeros", (1 << 14, 1 << 14), np.float32, chunks=True, compression=9)
    with user_error("zeros unpacks to 1073741824 bytes"):
        hdf5_probe.require_sound(tmp_path / "bomb.h5")
