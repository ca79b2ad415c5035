"""Tests of reading handwritten digits."""

import json
import os
import tempfile

import numpy as np
from absl.testing import absltest
from model_press.formats.errors import UserError

from models.digits.data import handwritten, stand_in_digits


class HandwrittenTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def test_the_split_is_by_source_digit(self):
        per_digit = handwritten.HELD_OUT_PER_DIGIT + 5
        stand_in_digits.write(self.folder, per_digit)
        train, held_out = handwritten.load(self.folder)
        self.assertLen(train, 10 * 5)
        np.testing.assert_array_equal(
            np.bincount(held_out.digit), [handwritten.HELD_OUT_PER_DIGIT] * 10
        )
        seen = {ink.tobytes() for ink in train.ink}
        self.assertFalse(any(ink.tobytes() in seen for ink in held_out.ink))

    def test_three_decimals_give_back_every_byte(self):
        stand_in_digits.write(self.folder, handwritten.HELD_OUT_PER_DIGIT + 1)
        every = np.arange(handwritten.SIDE**2) % 256
        path = os.path.join(self.folder, "0.json")
        with open(path, encoding="utf-8") as file:
            values = json.load(file)["data"]
        values[: len(every)] = [round(int(v) / 255, 3) for v in every]
        with open(path, "w", encoding="utf-8") as file:
            json.dump({"data": values}, file)
        train, _ = handwritten.load(path)
        np.testing.assert_array_equal(train.ink[0].ravel(), every)

    def test_a_missing_file_is_named(self):
        with self.assertRaisesRegex(UserError, "0.json is missing: give the folder"):
            handwritten.load(self.folder)

    def test_a_damaged_file_is_named(self):
        stand_in_digits.write(self.folder, handwritten.HELD_OUT_PER_DIGIT + 1)
        for content, problem in (
            ('{"data": [0.1', "0.json is not"),
            ('{"data": [0.1]}', "0.json holds 1 values"),
            (json.dumps({"data": [7] * 784}), "0.json has values outside 0..1"),
            (json.dumps({"data": [0] * 784}), "has 1 digits"),
        ):
            with self.subTest(problem):
                with open(os.path.join(self.folder, "0.json"), "w", encoding="utf-8") as file:
                    file.write(content)
                with self.assertRaisesRegex(UserError, problem):
                    handwritten.load(self.folder)


if __name__ == "__main__":
    absltest.main()
