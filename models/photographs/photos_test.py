"""Tests of the list of photographs."""

import os
import tempfile

import numpy as np
from absl.testing import absltest
from model_press.formats.errors import UserError

from models.photographs import photos


class PhotosTest(absltest.TestCase):
    def test_every_photograph_is_in_one_split(self):
        files = [photo.file for photo in photos.PHOTOS]
        self.assertLen(set(files), len(files))
        self.assertEqual({p.split for p in photos.PHOTOS}, {photos.TRAIN, photos.HELD_OUT})

    def test_every_photograph_loads_and_colour_is_as_listed(self):
        for photo in photos.PHOTOS:
            with self.subTest(photo.file):
                pixels = photos.load(photo)
                self.assertEqual((pixels.dtype, pixels.ndim, pixels.shape[2]), (np.uint8, 3, 3))
                grey = (pixels == pixels[..., :1]).all()
                self.assertEqual(photo.colour, not grey)

    def test_both_splits_have_colour(self):
        for split in (photos.TRAIN, photos.HELD_OUT):
            colour = photos.load_split(split, colour_only=True)
            self.assertGreaterEqual(len(colour), 3)
            self.assertLess(len(colour), len(photos.load_split(split)))

    def test_a_missing_file_is_named(self):
        folder = tempfile.mkdtemp()
        self.addCleanup(os.rmdir, folder)
        with self.assertRaisesRegex(UserError, f"astronaut.png is not in {folder}"):
            photos.load(photos.PHOTOS[0], folder)


if __name__ == "__main__":
    absltest.main()
