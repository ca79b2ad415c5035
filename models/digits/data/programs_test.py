"""Tests of the programs that write image sets."""

import os
import tempfile

import numpy as np
import pytest
from absl.testing import absltest
from model_press.formats import files
from model_press.formats.errors import UserError
from model_press.images import image_set

from models.digits.data import handwritten, make_coloured_digits, stand_in_digits
from models.photographs import make_crops, program


class ProgramsTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.images, self.classes = (os.path.join(self.folder, n) for n in ("i.npy", "c.npy"))
        self.outputs = ["--out-images", self.images, "--out-classes", self.classes]

    def test_crops_are_unlabelled_images(self):
        make_crops.main(["--split=held_out", "--count=5", "--size=20", *self.outputs])
        images, classes = np.load(self.images), np.load(self.classes)
        self.assertEqual((images.dtype, images.shape), (np.uint8, (5, 20, 20, 3)))
        self.assertEqual(classes.dtype, np.int32)
        self.assertEqual(classes.tolist(), [image_set.UNLABELED] * 5)

    def test_digits_are_labelled_images_with_the_same_bytes_each_time(self):
        stand_in_digits.write(self.folder, handwritten.HELD_OUT_PER_DIGIT + 2)
        args = [f"--digits={self.folder}", "--split=train", "--size=64", "--count=15"]
        written = []
        for _ in range(2):
            make_coloured_digits.main([*args, *self.outputs])
            written.append([files.sha256(path) for path in (self.images, self.classes)])
        self.assertEqual(written[0], written[1])
        images, classes = np.load(self.images), np.load(self.classes)
        self.assertEqual((images.dtype, images.shape), (np.uint8, (15, 64, 64, 3)))
        self.assertTrue(((classes >= 0) & (classes < 20)).all())

    def test_a_count_beyond_the_digits_is_refused_and_nothing_is_written(self):
        stand_in_digits.write(self.folder, handwritten.HELD_OUT_PER_DIGIT + 1)
        args = [f"--digits={self.folder}", "--split=train", "--size=64", "--count=11"]
        with self.assertRaisesRegex(UserError, "--count 11 is not within 1..10"):
            make_coloured_digits.main([*args, *self.outputs])
        self.assertFalse(os.path.exists(self.images))

    def test_a_users_mistake_ends_in_one_line(self):
        def fail(_):
            raise UserError("first\n  second")

        with pytest.raises(SystemExit, match=": first second$"):
            program.run(fail)


if __name__ == "__main__":
    absltest.main()
