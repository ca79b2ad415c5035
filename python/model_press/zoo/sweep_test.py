"""Tests of the sweep's rule, and that the digits net is the one that the record chooses."""

import os
import re
import tempfile

from absl.testing import absltest

from model_press.data import coloured_digits
from model_press.errors import UserError
from model_press.zoo import digits_net, sweep

DIGITS = os.path.join(os.environ.get("TEST_SRCDIR", ""), os.environ.get("TEST_WORKSPACE", ""))
DIGITS = os.path.join(DIGITS, "models/digits")


def _sweep(*runs: tuple[float, int, int, float]) -> sweep.Sweep:
    return sweep.Sweep(1, 1, "a machine", tuple(sweep.Run(*run) for run in runs))


class RuleTest(absltest.TestCase):
    def test_the_smallest_within_half_a_point_is_chosen(self):
        recorded = _sweep(
            (0.1, 64, 100, 0.949), (0.2, 64, 200, 0.955), (0.2, 80, 200, 0.96), (0.4, 80, 400, 0.96)
        )
        self.assertEqual(recorded.chosen(), recorded.runs[1])

    def test_half_a_point_itself_is_within(self):
        recorded = _sweep((0.1, 64, 100, 0.955), (0.2, 64, 200, 0.96))
        self.assertEqual(recorded.chosen(), recorded.runs[0])

    def test_ten_and_a_half_images_are_not(self):
        recorded = _sweep((0.1, 64, 100, 0.9545), (0.2, 64, 200, 0.96))
        self.assertEqual(recorded.chosen(), recorded.runs[1])

    def test_the_widest_decides_even_where_another_is_better(self):
        recorded = _sweep((0.1, 80, 100, 0.97), (0.2, 64, 200, 0.96))
        self.assertEqual(recorded.widest(), recorded.runs[1])


class FilesTest(absltest.TestCase):
    def test_a_record_reads_back_and_its_page_names_the_choice(self):
        recorded = _sweep((0.1, 64, 1000, 0.9), (0.2, 64, 2000, 0.96))
        with tempfile.TemporaryDirectory() as folder:
            sweep.write(recorded, folder)
            self.assertEqual(sweep.read(os.path.join(folder, "sweep.json")), recorded)
            with open(os.path.join(folder, "sweep.md"), encoding="utf-8") as file:
                page = file.read()
        self.assertIn("| 0.2 | 64x64 | 2,000 | 96.00% | widest, chosen |", page)

    def test_another_file_is_refused(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "sweep.json")
            with open(path, "w", encoding="utf-8") as file:
                file.write('{"runs": [{"width": 1}]}')
            with self.assertRaisesRegex(UserError, "sweep.json is not a sweep record"):
                sweep.read(path)


class RecordTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        self.recorded = sweep.read(os.path.join(DIGITS, "sweep.json"))

    def test_the_digits_net_is_the_chosen_one(self):
        chosen = self.recorded.chosen()
        self.assertEqual((digits_net.WIDTH, digits_net.SIZE), (chosen.width, chosen.size))
        self.assertEqual(
            (digits_net.EPOCHS, digits_net.SEED), (self.recorded.epochs, self.recorded.seed)
        )

    def test_the_build_trains_the_digits_net(self):
        with open(os.path.join(DIGITS, "net.bzl"), encoding="utf-8") as file:
            constants = dict(re.findall(r"^(SIZE|WIDTH) = ([0-9.]+)$", file.read(), re.MULTILINE))
        self.assertEqual(float(constants["WIDTH"]), digits_net.WIDTH)
        self.assertEqual(int(constants["SIZE"]), digits_net.SIZE)

    def test_the_page_tells_what_the_record_holds(self):
        with open(os.path.join(DIGITS, "sweep.md"), encoding="utf-8") as file:
            page = file.read()
        with tempfile.TemporaryDirectory() as folder:
            sweep.write(self.recorded, folder)
            with open(os.path.join(folder, "sweep.md"), encoding="utf-8") as file:
                self.assertEqual(page, file.read())

    def test_labels_are_in_the_order_of_the_classes(self):
        with open(os.path.join(DIGITS, "labels.txt"), encoding="utf-8") as file:
            self.assertEqual(tuple(file.read().splitlines()), coloured_digits.LABELS)


if __name__ == "__main__":
    absltest.main()
