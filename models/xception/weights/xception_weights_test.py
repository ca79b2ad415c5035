"""Tests of taking over trained weights."""

import os
import tempfile
from unittest import mock

import numpy as np
import tf_keras
from absl.testing import absltest
from model_press.formats.errors import UserError
from model_press.keras_io import keras_file

from models.family import xception_family
from models.xception.weights import make_xception, xception_weights

SPEC = xception_family.XceptionSpec(size=32, classes=3, width=0.03, middle_blocks=1)


class XceptionWeightsTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        tf_keras.utils.set_random_seed(1)
        self.model = xception_family.build(SPEC)

    def _assert_same(self, loaded: tf_keras.Model):
        for ours, theirs in zip(self.model.get_weights(), loaded.get_weights(), strict=True):
            np.testing.assert_array_equal(ours, theirs)

    def test_a_whole_model_is_taken_over(self):
        for name in ("m.keras", "m.h5"):
            with self.subTest(name):
                path = os.path.join(self.folder, name)
                if name == "m.keras":
                    keras_file.save(self.model, path)
                else:
                    self.model.save(path)
                self._assert_same(xception_weights.from_file(SPEC, path))

    def test_weights_alone_are_taken_over(self):
        path = os.path.join(self.folder, "w.h5")
        self.model.save_weights(path)
        self._assert_same(xception_weights.from_file(SPEC, path))

    def test_another_model_is_refused_with_both_counts(self):
        path = os.path.join(self.folder, "m.keras")
        keras_file.save(self.model, path)
        wider = xception_family.XceptionSpec(size=32, classes=4, width=0.03, middle_blocks=1)
        parameters = f"{self.model.count_params():,} parameters"
        with self.assertRaisesRegex(UserError, parameters):
            xception_weights.from_file(wider, path)

    def test_a_file_that_is_no_model_is_named(self):
        path = os.path.join(self.folder, "m.keras")
        with open(path, "w", encoding="utf-8") as file:
            file.write("not a model")
        with self.assertRaisesRegex(UserError, "m.keras is neither an Xception of Keras 2"):
            xception_weights.from_file(SPEC, path)

    def test_a_missing_file_is_named(self):
        with self.assertRaisesRegex(UserError, "nowhere.keras does not exist"):
            xception_weights.from_file(SPEC, "nowhere.keras")

    def test_an_unreachable_host_is_said_in_one_line(self):
        failed = Exception("URL fetch failure on https://host/file: None -- unreachable\nmore")
        with (
            mock.patch.object(tf_keras.applications, "Xception", side_effect=failed),
            self.assertRaisesRegex(UserError, "could not be downloaded .URL fetch failure.*allow"),
        ):
            xception_weights.imagenet(SPEC)

    def test_keras_own_weights_are_carried_over(self):
        with mock.patch.object(tf_keras.applications, "Xception", return_value=self.model):
            self._assert_same(xception_weights.imagenet(SPEC))

    def test_labels_claim_nothing(self):
        self.assertEqual(xception_weights.neutral_labels(1000)[-1], "class_0999")


class MakeXceptionTest(absltest.TestCase):
    def test_calibration_goes_with_seed_alone(self):
        for flags in (["--weights=seed"], ["--weights=imagenet", "--calibration=c.npy"]):
            with self.assertRaisesRegex(
                UserError, "--weights is .* and --calibration (not given|c.npy); give"
            ):
                make_xception.main([*flags, "--out=unused.keras"])


if __name__ == "__main__":
    absltest.main()
