"""The bundle hands out checked files only, and restores what is damaged where it can."""

import shutil

import pytest
from model_press.formats.errors import UserError

from pi_runner import testing
from pi_runner.bundle import Bundle
from pi_runner.classifier import Classifier
from pi_runner.failures import BundleError

pytest_plugins = ["pi_runner.testing"]


def test_found_by_name_recipe_and_default(models):
    bundle = Bundle(models)
    for asked in ("digits_int8", "int8", None):
        variant = bundle.variant(asked)
        assert variant.name == "digits_int8"
        assert len(variant.labels) == variant.manifest.labels.count
    with pytest.raises(UserError, match="'fp32' is not in this runner; it has digits_int8"):
        bundle.variant("fp32")


def test_short_names_tell_compressed_variants_apart(tmp_path):
    """All three have the recipe int8: that alone does not say which."""
    names = ("digits_int8", "digits_macs30_int8", "digits_channels80_int8")
    bundle = Bundle(testing.make_bundle(tmp_path / "models", names))
    for asked in ("int8", "macs30_int8", "channels80_int8"):
        assert bundle.variant(asked).name == "digits_" + asked


def _lose(path):
    path.unlink()


def _cut(path):
    path.write_bytes(path.read_bytes()[:-100])


def _flip(path):
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


@pytest.mark.parametrize("file", testing.FILES)
@pytest.mark.parametrize("damage", [_lose, _cut])
def test_damage_is_named_and_repaired(models, file, damage):
    damage(models / "digits_int8" / file)
    with pytest.raises(BundleError, match=f"{file.split('.')[0]}.*install the runner again"):
        Bundle(models).variant()
    assert Bundle(models, testing.repair(models)).variant().name == "digits_int8"
    assert Bundle(models).variant().name == "digits_int8"


def test_one_wrong_bit_of_a_model_is_refused(models):
    _flip(models / "digits_int8" / "model.tflite")
    with pytest.raises(BundleError, match="is not the file its manifest names"):
        Bundle(models).variant()


def test_a_repair_that_fails_is_told(models):
    def fail(path):
        raise OSError(28, "No space left on device")

    _lose(models / "digits_int8" / "model.tflite")
    with pytest.raises(BundleError, match="does not exist.*could not be restored.*No space left"):
        Bundle(models, fail).variant()


def test_no_index(tmp_path):
    with pytest.raises(BundleError, match="index.*does not exist"):
        Bundle(tmp_path)


def test_a_model_with_camera_input_answers_as_the_plain_one_does(tmp_path):
    """Also to photographs of another shape than the frame's: what the model crops must not have been cropped before."""
    folder = testing.make_bundle(tmp_path, ("digits_int8", "digits_int8_camera"))
    camera = folder / "digits_int8_camera"
    for file in ("model.tflite", "manifest.json"):
        path = testing.FILES[file]
        shutil.copyfile(path.with_name(path.name.replace("int8", "int8_camera")), camera / file)
    bundle = Bundle(folder)
    plain, fused = (Classifier(bundle.variant(n), 1) for n in ("int8", "int8_camera"))
    manifest = fused.variant.manifest
    for seed in range(10):
        # As wide or as high as the frame, so that both see the same pixels after one resize.
        height, width = manifest.camera_input.upright
        for size in ((width, height), (height, width), (height, 2 * width)):
            picture = testing.picture(*size, seed)
            assert fused.classify(picture, 5).answers == plain.classify(picture, 5).answers
    assert len(fused.classify(testing.picture(50, 90), 20).answers) == manifest.postprocess.top_k
