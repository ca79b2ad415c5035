"""The full Xception: pruned in 4 GB, fine-tuned for a few steps, killed, and taken up again."""

import json
import pathlib
import resource
import signal
import subprocess
import time

import numpy as np
import pytest

from model_press.formats import model_info
from model_press.images import npy

MODEL = "models/xception/xception.model"
INFO = "models/xception/xception.model.json"
IMAGES = "models/xception/calibration.images.npy"
GIBIBYTES = 4
PROGRAM = "python/model_press/compress/compress_program"


@pytest.fixture(scope="module")
def recipe(tmp_path_factory):
    data = json.loads(pathlib.Path("models/compressions/channels80.json").read_text())
    data["channels"]["images"] = 16
    data["training"].update(epochs=3, batch=2, distillation=None)
    path = tmp_path_factory.mktemp("recipe") / "channels80.json"
    path.write_text(json.dumps(data))
    return path


def arguments(recipe, folder, *more):
    classes = folder / "classes.npy"
    images = folder / "images.npy"
    npy.write_npy(images, np.load(IMAGES)[:16])
    npy.write_npy(classes, np.arange(16, dtype=np.int32))
    return [
        PROGRAM,
        "--label=//x:y",
        f"--model={MODEL}",
        f"--info={INFO}",
        f"--compression={recipe}",
        f"--training-images={images}",
        f"--training-classes={classes}",
        f"--out-model={folder / 'x.model'}",
        f"--out-info={folder / 'x.model.json'}",
        f"--out-report={folder / 'x.json'}",
        *more,
    ]


def test_channels_leave_the_full_model_within_its_memory(recipe, tmp_path):
    done = subprocess.run(
        arguments(recipe, tmp_path, "--no-fine-tuning"), capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
    assert peak < GIBIBYTES << 30
    before, after = model_info.read(INFO), model_info.read(tmp_path / "x.model.json")
    assert 0.6 < after.parameters / before.parameters < 0.72
    assert after.compression.fine_tuned is False


def test_a_killed_fine_tuning_of_the_full_model_goes_on(recipe, tmp_path):
    """24 steps of two images, a checkpoint at every fourth; killed once there is one."""
    kept = tmp_path / "kept.npz"
    command = arguments(recipe, tmp_path, f"--checkpoint={kept}", "--checkpoint-every=4")
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        while process.poll() is None and not kept.exists():
            time.sleep(0.5)
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert process.returncode == -signal.SIGKILL
    assert not (tmp_path / "x.model").exists()
    with np.load(kept) as stored:
        reached = int(stored["step"])
    assert 0 < reached < 24 and reached % 4 == 0
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert model_info.read(tmp_path / "x.model.json").compression.fine_tuned
    with np.load(kept) as stored:
        assert int(stored["step"]) == 24
