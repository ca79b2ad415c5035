"""hdf5_probe: sound files pass, damaged ones and those that crash the library are refused in a line."""

import os
import signal
import sys
import zipfile

import h5py
import numpy as np
import pytest
from testing.raises import user_error

from model_press.keras_io import hdf5_probe, model_format


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


def test_a_module_in_the_working_directory_is_not_imported(weights, tmp_path, monkeypatch):
    """Also if the path of this process begins with it, as an interactive interpreter's does."""
    (tmp_path / "h5py.py").write_text("raise SystemExit(3)")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", ["", *(os.path.abspath(entry) for entry in sys.path if entry)])
    hdf5_probe.require_sound(weights)


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


def test_weights_in_other_files_are_refused(tmp_path):
    """Else a model could carry away what lies on this machine, or hang in a device."""
    (tmp_path / "secret").write_bytes(bytes(64))
    with h5py.File(tmp_path / "external.h5", "w") as file:
        parts = [(str(tmp_path / "secret"), 0, 64)]
        file.create_dataset("layer/kernel", (16,), np.float32, external=parts)
    with user_error("external.h5", "layer/kernel lies in other files of this machine"):
        hdf5_probe.require_sound(tmp_path / "external.h5")
    with h5py.File(tmp_path / "linked.h5", "w") as file:
        file["layer/kernel"] = h5py.ExternalLink("other.h5", "/layer")
    with user_error("layer/kernel leads to another file, other.h5"):
        hdf5_probe.require_sound(tmp_path / "linked.h5")
    with h5py.File(tmp_path / "virtual.h5", "w") as file:
        layout = h5py.VirtualLayout((16,), np.float32)
        layout[:] = h5py.VirtualSource("other.h5", "data", (16,))
        file.create_virtual_dataset("layer/kernel", layout)
    with user_error("layer/kernel lies in other files of this machine"):
        hdf5_probe.require_sound(tmp_path / "virtual.h5")


def test_an_archive_is_looked_at_before_its_weights_are_unpacked(tmp_path, monkeypatch):
    monkeypatch.setattr(model_format, "MAX_UNPACKED_BYTES", 1000)
    with zipfile.ZipFile(tmp_path / "m.keras", "w") as archive:
        archive.writestr("model.weights.h5", bytes(2000))
    with user_error("unpacks to 2000 bytes"):
        hdf5_probe.require_sound(tmp_path / "m.keras")


def test_weights_that_end_in_an_archive_are_read_as_weights(weights, tmp_path):
    """By its end such a file is a zip, by its beginning what Keras reads."""
    with zipfile.ZipFile(weights, "a") as archive:
        archive.writestr("readme", "")
    seen = []
    hdf5_probe.require_sound(weights, lambda path: (seen.append(path) or 0, ""))
    assert seen == [str(weights)]
