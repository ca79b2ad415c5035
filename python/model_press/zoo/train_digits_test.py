"""Tests of the training program, with a very small net and few digits."""

import os
import subprocess
import sys
import tempfile

import tf_keras
from absl.testing import absltest

from model_press.data import coloured_digits, handwritten, stand_in_digits
from model_press.zoo import train_digits

TRAIN_PER_DIGIT = 13  # 130 digits: two batches an epoch


class TrainDigitsTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.out = os.path.join(self.folder, "digits.keras")
        stand_in_digits.write(self.folder, handwritten.HELD_OUT_PER_DIGIT + TRAIN_PER_DIGIT)

    def _train(self, *flags: str) -> str:
        # A process of its own: threads and determinism are set once per process.
        program = [sys.executable, train_digits.__file__, f"--digits={self.folder}"]
        small = ["--width=0.03", "--size=64", "--epochs=2", f"--out={self.out}"]
        environment = os.environ | {"PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
        done = subprocess.run(
            [*program, *small, *flags],
            check=False,
            env=environment,
            capture_output=True,
            text=True,
        )
        return done.stdout if done.returncode == 0 else done.stderr

    def test_two_runs_write_the_same_bytes_of_a_sound_model(self):
        written = []
        for _ in range(2):
            output = self._train()
            self.assertIn("epoch 2/2", output)
            self.assertIn("held-out accuracy", output)
            with open(self.out, "rb") as file:
                written.append(file.read())
        self.assertEqual(written[0], written[1])
        model = tf_keras.models.load_model(self.out, compile=False)
        self.assertEqual(model.input_shape, (None, 64, 64, 3))
        self.assertEqual(model.output_shape, (None, len(coloured_digits.LABELS)))

    def test_missing_digits_end_in_one_line_and_no_file(self):
        output = self._train(f"--digits={self.folder}/nowhere")
        self.assertEqual(output.count("\n"), 1, output)
        self.assertIn("nowhere/0.json is missing", output)
        self.assertFalse(os.path.exists(self.out))


if __name__ == "__main__":
    absltest.main()
