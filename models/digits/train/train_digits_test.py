"""Tests of the training program, with a very small net and few digits."""

import os
import tempfile

import tf_keras
from absl.testing import absltest
from model_press.formats import files
from model_press.formats.errors import UserError

from models.digits.data import coloured_digits, handwritten, stand_in_digits
from models.digits.train import train_digits

TRAIN_PER_DIGIT = 13  # 130 digits: two batches an epoch


class TrainDigitsTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.out = os.path.join(self.folder, "digits.keras")
        self.small = ["--width=0.03", "--size=64", "--epochs=2", f"--out={self.out}"]

    def test_two_runs_write_the_same_bytes_of_a_sound_model(self):
        stand_in_digits.write(self.folder, handwritten.HELD_OUT_PER_DIGIT + TRAIN_PER_DIGIT)
        written = []
        for _ in range(2):
            train_digits.main([f"--digits={self.folder}", *self.small])
            written.append(files.sha256(self.out))
            tf_keras.layers.Dense(1)  # another run may have built other layers before
        self.assertEqual(written[0], written[1])
        model = tf_keras.models.load_model(self.out, compile=False)
        self.assertEqual(model.input_shape, (None, 64, 64, 3))
        self.assertEqual(model.output_shape, (None, len(coloured_digits.LABELS)))

    def test_missing_digits_are_named_and_nothing_is_written(self):
        with self.assertRaisesRegex(UserError, "nowhere/0.json is missing"):
            train_digits.main([f"--digits={self.folder}/nowhere", *self.small])
        self.assertEqual(os.listdir(self.folder), [])


if __name__ == "__main__":
    absltest.main()
