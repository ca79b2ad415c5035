"""A bundled model with fused input and output answers on the Pi as the plain one does."""

import os
import shutil

from pi_runner import testing
from pi_runner.bundle import Bundle
from pi_runner.classifier import Classifier


def test_the_same_answers(tmp_path):
    """Also to photographs of another shape than the frame's: what the model crops must not have been cropped before."""
    folder = testing.make_bundle(tmp_path, ("digits_int8", "digits_int8_camera"))
    camera = folder / "digits_int8_camera"
    shutil.copyfile(os.environ["PI_FUSED_MODEL"], camera / "model.tflite")
    shutil.copyfile(os.environ["PI_FUSED_MANIFEST"], camera / "manifest.json")
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
