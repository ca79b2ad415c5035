"""Tests of the reproducible .keras file."""

import os
import tempfile
import time

import numpy as np
import tf_keras
from absl.testing import absltest

from model_press.keras_io import keras_file
from models.family import xception_family

SPEC = xception_family.XceptionSpec(size=32, classes=3, width=0.03, middle_blocks=1)


class KerasFileTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = os.path.join(folder.name, "m.keras")

    def test_the_bytes_do_not_depend_on_the_time(self):
        model = xception_family.build(SPEC)
        written = []
        for _ in range(2):
            keras_file.save(model, self.path)
            with open(self.path, "rb") as file:
                written.append(file.read())
            time.sleep(2)  # a zip entry's time has steps of two seconds
        self.assertEqual(written[0], written[1])
        self.assertEqual(os.listdir(os.path.dirname(self.path)), ["m.keras"])

    def test_the_file_loads_as_the_same_model(self):
        model = xception_family.build(SPEC)
        keras_file.save(model, self.path)
        loaded = tf_keras.models.load_model(self.path, compile=False)
        images = np.random.default_rng(1).uniform(-1, 1, (2, 32, 32, 3)).astype(np.float32)
        np.testing.assert_array_equal(
            model.predict(images, verbose=0), loaded.predict(images, verbose=0)
        )


if __name__ == "__main__":
    absltest.main()
