"""Models with operators that TensorFlow Lite has not, declared with a reference kernel each."""

import numpy as np
import pytest
from custom_net import net, ops
from testing import imported
from testing.compress_settings import recipe
from testing.raises import user_error

from model_press.convert import convert
from model_press.formats import normalization
from model_press.images import preprocess
from model_press.keras_io import load
from model_press.tflite import custom_interpreter, predict

TF = normalization.NAMED["tf"]
_RNG = np.random.default_rng(1)
# A colour each, with noise.
IMAGES = np.clip(
    _RNG.uniform(0, 255, (12, 1, 1, 3)) + _RNG.normal(0, 20, (12, net.SIZE, net.SIZE, 3)), 0, 255
).astype(np.uint8)


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    folder = tmp_path_factory.mktemp("saved")
    net.save(folder)
    return folder


@pytest.mark.parametrize("name, most", [("fp32", 1e-4), ("fp16", 0.02), ("dynamic_int8", 0.1)])
def test_the_kernels_answer_as_the_saved_model_does(name, most, saved):
    converted = convert.convert_model(saved, TF, recipe(name), None, kernels=ops.KERNELS)
    assert converted.file.custom_ops() == ["BesselI0e", "Bump"]
    images = IMAGES[:, None].astype(converted.file.inputs[0].dtype)

    def answers(kernels):
        runner = custom_interpreter.interpreter(converted.data, kernels)
        return np.concatenate([runner.run(image) for image in images])

    with load.load(saved) as loaded:
        expected = np.asarray(loaded.call(preprocess.normalize(IMAGES, TF)))
    assert len(set(expected.argmax(1))) > 1
    np.testing.assert_allclose(answers(ops.KERNELS), expected, atol=most)
    wrong = {**ops.KERNELS, "Bump": lambda inputs, options: [np.cos(inputs[0])]}
    assert np.abs(answers(wrong) - expected).max() > 2 * most


def test_undeclared_they_are_named_with_their_layers(saved):
    with user_error("builtins do not have: BesselI0e", "`custom_ops` of tflite_variant"):
        convert.convert_model(saved, TF, recipe("fp32"), None)
    with user_error("builtins do not have: BesselI0e"):
        declared = {"Bump": ops.KERNELS["Bump"]}
        convert.convert_model(saved, TF, recipe("fp32"), None, kernels=declared)


def test_a_recipe_that_calibrates_is_refused(saved):
    with user_error("recipe int8", "no custom operators (BesselI0e, Bump)", "dynamic_int8"):
        convert.convert_model(saved, TF, recipe("int8"), IMAGES, kernels=ops.KERNELS)


def test_a_kernel_that_fails_fails_the_conversion(saved):
    kernels = {**ops.KERNELS, "Bump": lambda inputs, options: [inputs[0] * np.float32(np.nan)]}
    with user_error("not finite"):
        convert.convert_model(saved, TF, recipe("fp32"), None, kernels=kernels)


def test_a_prediction_without_kernels_is_refused(saved, tmp_path):
    path, info = imported.describe(saved, tmp_path)
    fp32, names = recipe("fp32"), tmp_path / "net.labels.txt"
    converted = convert.convert_model(path, TF, fp32, None, kernels=ops.KERNELS)
    (tmp_path / "net.tflite").write_bytes(converted.data)
    described = convert.describe(converted, info, fp32, "net", names)
    assert described.requires.custom_ops == ("BesselI0e", "Bump")
    np.save(tmp_path / "i.npy", IMAGES)
    paths = (tmp_path / "net.tflite", described, tmp_path / "i.npy", tmp_path / "o.npy")
    with user_error("has custom operators (BesselI0e, Bump)", "--custom-ops"):
        predict.predict_tflite(*paths)
    predict.predict_tflite(*paths, kernels=ops.KERNELS)
    assert np.load(tmp_path / "o.npy").shape == (len(IMAGES), net.CLASSES)
