"""The smallest network through the whole check, and a recipe that cannot hold going red."""

import pathlib

import numpy as np
import pytest
from benchmarks.zoo import networks, report, zoo

RECORD = report.read("python/benchmarks/zoo/records/zoo.json")


@pytest.mark.parametrize("network", sorted({row.network for row in RECORD.rows}))
def test_a_network_holds_what_the_record_says(network, tmp_path):
    expected = {row.recipe: row for row in RECORD.rows if row.network == network}
    for row in zoo.check(network, list(expected), tmp_path, "models/recipes"):
        before = expected[row.recipe]
        assert (row.builds, row.loads, row.outside, row.partitions) == (
            before.builds,
            before.loads,
            before.outside,
            before.partitions,
        )
        assert row.holds >= before.holds, row


def test_a_wrong_normalisation_does_not_hold(tmp_path, monkeypatch):
    saved = networks.save("MobileNetV2", tmp_path)
    monkeypatch.setattr(networks, "save", lambda *_: saved)
    wrong = {"MobileNetV2": networks.Network(224, "caffe")}
    monkeypatch.setattr(networks, "NETWORKS", wrong)
    (row,) = zoo.check("MobileNetV2", ["fp32"], pathlib.Path(tmp_path), "models/recipes")
    assert row.builds and not row.holds
    assert "logits correlate by" in row.problem and row.fix
    assert np.isfinite(row.correlation)
