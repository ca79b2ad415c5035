"""Tests of taking over trained weights."""

import numpy as np
import pytest
import tf_keras
from model_press.formats.errors import UserError
from model_press.keras_io import keras_file

from models.family import xception_family
from models.xception.weights import make_xception, xception_weights

SPEC = xception_family.XceptionSpec(size=32, classes=3, width=0.03, middle_blocks=1)


@pytest.fixture(name="model")
def _model():
    tf_keras.utils.set_random_seed(1)
    return xception_family.build(SPEC)


def _assert_same(model: tf_keras.Model, loaded: tf_keras.Model):
    for ours, theirs in zip(model.get_weights(), loaded.get_weights(), strict=True):
        np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize(
    ("name", "save"),
    [
        ("m.keras", keras_file.save),
        ("m.h5", tf_keras.Model.save),
        ("w.h5", tf_keras.Model.save_weights),
    ],
)
def test_a_model_or_its_weights_are_taken_over(model, tmp_path, name, save):
    path = str(tmp_path / name)
    save(model, path)
    _assert_same(model, xception_weights.from_file(SPEC, path))


def test_another_model_is_refused_with_both_counts(model, tmp_path):
    path = str(tmp_path / "m.keras")
    keras_file.save(model, path)
    wider = xception_family.XceptionSpec(size=32, classes=4, width=0.03, middle_blocks=1)
    with pytest.raises(UserError, match=f"{model.count_params():,} parameters"):
        xception_weights.from_file(wider, path)


def test_a_file_that_is_no_model_is_named(tmp_path):
    (tmp_path / "m.keras").write_text("not a model")
    with pytest.raises(UserError, match=r"m\.keras is neither an Xception of Keras 2"):
        xception_weights.from_file(SPEC, str(tmp_path / "m.keras"))


def test_a_missing_file_is_named():
    with pytest.raises(UserError, match=r"nowhere\.keras does not exist"):
        xception_weights.from_file(SPEC, "nowhere.keras")


def test_an_unreachable_host_is_said_in_one_line(monkeypatch):
    def fail(**_):
        raise Exception("URL fetch failure on https://host/file: None -- unreachable\nmore")

    monkeypatch.setattr(tf_keras.applications, "Xception", fail)
    with pytest.raises(UserError, match="could not be downloaded .URL fetch failure.*allow"):
        xception_weights.imagenet(SPEC)


def test_keras_own_weights_are_carried_over(model, monkeypatch):
    monkeypatch.setattr(tf_keras.applications, "Xception", lambda **_: model)
    _assert_same(model, xception_weights.imagenet(SPEC))


@pytest.mark.parametrize(
    "flags", [["--weights=seed"], ["--weights=imagenet", "--calibration=c.npy"]]
)
def test_calibration_goes_with_seed_alone(flags):
    message = r"--weights is .* and --calibration (not given|c\.npy); give"
    with pytest.raises(UserError, match=message):
        make_xception.main([*flags, "--out=unused.keras"])
