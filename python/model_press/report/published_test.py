"""Published claims hold, fail, or are not judged."""

import types

import pytest
from testing.raises import user_error
from testing.report_facts import PUBLISHED

from model_press.formats import files
from model_press.report import published


def _claims(size=0.25, latency=0.1, memory=0.5, drop=0.0):
    ratios = types.SimpleNamespace(size=size, latency=latency, memory=memory)
    ours = {"int8": types.SimpleNamespace(ratios=ratios, top1_drop=drop)}
    found = published.claims(PUBLISHED, ours)
    return {(claim.recipe, claim.metric): claim for claim in found}


def test_published_ratios_are_to_its_own_first_row():
    claims = _claims()
    assert claims["int8", "size"].published == 0.25
    assert claims["int8", "latency"].published == 0.1
    assert claims["int8", "peak memory"].published == 0.5


@pytest.mark.parametrize(
    ("changes", "metric", "verdict"),
    [
        ({}, "size", "holds"),
        ({"size": 0.274}, "size", "holds"),
        ({"size": 0.276}, "size", "fails"),
        ({"latency": 0.2}, "latency", "fails"),
        ({"latency": None}, "latency", "not measured"),
        ({"memory": 0.9}, "peak memory", "fails"),
        ({"drop": 0.004}, "top-1 drop", "holds"),
        ({"drop": 0.006}, "top-1 drop", "fails"),
        ({"drop": None}, "top-1 drop", "not measured"),
    ],
)
def test_verdicts(changes, metric, verdict):
    assert _claims(**changes)["int8", metric].verdict == verdict


def test_a_variant_that_is_not_built_is_said_so():
    assert {c.verdict for c in _claims().values() if c.recipe == "pruned"} == {"no such variant"}


def test_bad_files_are_named(tmp_path):
    files.write_json(tmp_path / "p.json", {"schema_version": 1, "title": "x", "machine": "y"})
    with user_error("published figures p.json", "field 'rows' is missing"):
        published.read(tmp_path / "p.json")
    empty = {"schema_version": 1, "title": "x", "machine": "y", "rows": []}
    files.write_json(tmp_path / "p.json", empty)
    with user_error("published figures p.json", "'rows': got []"):
        published.read(tmp_path / "p.json")
