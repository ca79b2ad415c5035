"""What cannot hold goes red."""

import numpy as np

from benchmarks.zoo import networks, zoo


def test_a_wrong_normalisation_does_not_hold(tmp_path, monkeypatch):
    saved = networks.save("MobileNetV2", tmp_path)
    monkeypatch.setattr(networks, "save", lambda *_: saved)
    wrong = {"MobileNetV2": networks.Network(224, "caffe")}
    monkeypatch.setattr(networks, "NETWORKS", wrong)
    (row,) = zoo.check("MobileNetV2", ["fp32"], tmp_path, "models/recipes")
    assert row.builds and not row.holds
    assert "logits correlate by" in row.problem and row.fix
    assert np.isfinite(row.correlation)
