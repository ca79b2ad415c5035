"""Fuzzes readers of Keras models, of zipped SavedModels and of HDF5 files."""

import json
import os
import pathlib
import resource
import tempfile
from typing import Any

import h5py
import numpy as np
from model_press.keras_io import hdf5_probe, model_format
from model_press.process import limits

from testing.fuzz import mutate
from testing.fuzz.loader import loads


def _config() -> dict[str, Any]:
    layers = [
        {"class_name": "Dense", "config": {"name": "d", "units": 3}, "module": "keras.layers"}
    ]
    return {"class_name": "Functional", "config": {"layers": layers}, "keras_version": "3.15.1"}


def _hdf5() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "m.h5"
        with h5py.File(path, "w") as file:
            file.attrs["keras_version"] = "2.15.0"
            file.attrs["model_config"] = json.dumps(_config())
            file.create_group("model_weights")["d"] = np.ones((8, 3), np.float32)
        return path.read_bytes()


def _keras() -> bytes:
    return mutate.zipped(
        [
            ("metadata.json", json.dumps({"keras_version": "3.15.1"}).encode()),
            ("config.json", json.dumps(_config()).encode()),
            ("model.weights.h5", _hdf5()),
        ]
    )


def _saved_model_zip() -> bytes:
    names = ("saved_model.pb", "variables/variables.index")
    return mutate.zipped((name, name.encode() * 9) for name in names)


def _probe_in_a_fork(path: str) -> tuple[int, str]:
    """Run as hdf5_probe does, without a new interpreter's half second."""
    child = os.fork()
    if not child:
        # So little that ten seconds are enough for it on a machine that ten others share.
        limits.lower(resource.RLIMIT_CPU, 1, 2)
        os._exit(hdf5_probe.main([path]))
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), "see above"


@loads("keras", ".keras", _keras, mutate.damaged_zip)
@loads("saved_model", ".zip", _saved_model_zip, mutate.damaged_zip)
@loads("h5", ".h5", _hdf5)
def _load_keras(path: pathlib.Path) -> None:
    hdf5_probe.require_sound(path, _probe_in_a_fork)
    form = model_format.sniff(path)
    if form.container.endswith("zip"):
        with tempfile.TemporaryDirectory() as folder:
            model_format.unzip(path, pathlib.Path(folder))
