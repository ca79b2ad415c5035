"""The rule that picks the narrow net, what a net costs, and the record's page."""

import json
import pathlib

from absl.testing import absltest

from model_press.errors import UserError
from model_press.zoo import compare_narrow, digits_net, xception_family


class NarrowTest(absltest.TestCase):
    def test_costs_are_keras_parameters_and_the_convolutions_multiplications(self):
        model = xception_family.build(digits_net.spec(0.05, 64))
        parameters, macs = compare_narrow.costs(model)
        self.assertEqual(parameters, model.count_params())
        self.assertGreater(macs, parameters)

    def test_the_narrow_net_is_no_smaller_than_the_pruned_one_and_hardly_larger(self):
        wanted = compare_narrow.costs(xception_family.build(digits_net.spec(0.1, 64)))
        width = compare_narrow.narrowest(*wanted, 64)
        found = compare_narrow.costs(xception_family.build(digits_net.spec(width, 64)))
        self.assertTrue(found[0] >= wanted[0] and found[1] >= wanted[1])
        narrower = compare_narrow.costs(xception_family.build(digits_net.spec(width - 1 / 64, 64)))
        self.assertTrue(narrower[0] < wanted[0] or narrower[1] < wanted[1])

    def test_more_than_the_family_has_is_refused(self):
        with self.assertRaisesRegex(UserError, "10000000000 parameters"):
            compare_narrow.narrowest(10**10, 1, 64)

    def test_the_page_has_a_line_for_each_net(self):
        pruned = compare_narrow.Net("macs30", 125044, 6763000, 0.95)
        narrow = compare_narrow.Net("width 0.14", 250000, 7000000, 0.94)
        page = compare_narrow.page((compare_narrow.Pair(pruned, narrow, 20),), "a machine")
        self.assertIn("| macs30 | 125,044 | 6.76 | 20 | 95.00% |", page)
        self.assertIn("| width 0.14 | 250,000 | 7.00 | 20 | 94.00% |", page)

    def test_the_record_is_of_a_pruned_net_that_is_no_larger_and_no_worse(self):
        folder = pathlib.Path("models/digits")
        record = json.loads((folder / "narrow.json").read_text("utf-8"))
        pairs = tuple(
            compare_narrow.Pair(
                compare_narrow.Net(**pair["pruned"]),
                compare_narrow.Net(**pair["narrow"]),
                pair["epochs"],
            )
            for pair in record["pairs"]
        )
        self.assertEqual(
            compare_narrow.page(pairs, record["machine"]), (folder / "narrow.md").read_text("utf-8")
        )
        self.assertNotEmpty(pairs)
        for pair in pairs:
            self.assertLessEqual(pair.pruned.parameters, pair.narrow.parameters)
            self.assertLessEqual(pair.pruned.macs, pair.narrow.macs)
            self.assertGreaterEqual(pair.pruned.accuracy, pair.narrow.accuracy)


if __name__ == "__main__":
    absltest.main()
