"""A network through the whole check once more, with its rows kept."""

import os

from benchmarks import record
from benchmarks.zoo import report, zoo

NETWORK = os.environ["NETWORK"]


def test_it_holds_what_the_record_says(tmp_path):
    recorded = record.read(report.Report, "benchmarks/zoo/records").rows
    expected = [row for row in recorded if row.network == NETWORK]
    rows = tuple(zoo.check(NETWORK, zoo.RECIPES, tmp_path, "models/recipes"))
    found = report.merge(None, report.Report(report.SCHEMA_VERSION, rows))
    # Bazel keeps these in any case.
    record.write(found, os.environ.get("TEST_UNDECLARED_OUTPUTS_DIR", str(tmp_path)))
    assert [row.recipe for row in found.rows] == [row.recipe for row in expected]
    for row, before in zip(found.rows, expected, strict=True):
        assert (row.builds, row.loads, row.outside, row.partitions) == (
            before.builds,
            before.loads,
            before.outside,
            before.partitions,
        )
        assert row.holds >= before.holds, row
