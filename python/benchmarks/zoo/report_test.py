"""The record reads back and merges; the checked-in one explains each failure."""

import dataclasses
import pathlib

import numpy as np
import pytest
from benchmarks.zoo import networks, report, zoo
from model_press.measure.metrics import Machine

_MACHINE = Machine("host", "A CPU", "x86_64-avx2", ("avx2",), 2, 1 << 30, "Linux")
RECORDS = pathlib.Path("python/benchmarks/zoo/records")


def _row(**changes) -> report.Row:
    row = report.Row(
        "Net", "int8", True, 5_000_000, 3.0, ("a 1",), 1, ("1 CAST",), 0.99, 0.4, 1.0, True, "", ""
    )
    return dataclasses.replace(row, **changes)


def _report(*rows: report.Row) -> report.Report:
    return report.Report(1, "2026-01-02", _MACHINE, "a-runtime 1.0", rows)


def test_round_trip(tmp_path):
    found = _report(_row(), _row(recipe="fp16", builds=False, problem="a", fix="b"))
    report.write(found, str(tmp_path))
    assert report.read(str(tmp_path / "zoo.json")) == found
    assert (tmp_path / "zoo.md").read_text() == report.markdown(found)


def test_a_failure_is_shown_with_its_fix():
    text = report.markdown(_report(_row(builds=False, problem="cause", fix="cure")))
    assert "| Net | int8 | **no** |" in text and "| Net | int8 | cause | cure |" in text


def test_merging_keeps_what_was_not_run_again():
    old = _report(_row(bytes=1), _row(network="Other"))
    merged = report.merge(old, _report(_row(bytes=2)))
    assert [(row.network, row.bytes) for row in merged.rows] == [("Net", 2), ("Other", 5_000_000)]


def test_rounding_is_the_cause_where_the_float_recipes_hold():
    bad = _row(holds=False, problem="it differs", fix="do it")
    alone = report.merge(None, _report(bad))
    assert alone.rows[0].problem == "it differs"
    beside = report.merge(None, _report(bad, _row(recipe="fp32")))
    said = next(row.problem for row in beside.rows if row.recipe == "int8")
    assert said.startswith("rounding to eight bits") and said.endswith(": it differs")
    assert report.merge(beside, _report()).rows == beside.rows


def test_correlation_ignores_what_every_image_gets():
    rng = np.random.default_rng(0)
    expected = rng.normal(size=(8, 50))
    assert zoo.correlate(expected * 2 + 5, expected) == pytest.approx(1)
    constant = np.tile(rng.normal(size=50), (8, 1))
    assert zoo.correlate(constant, expected) == 0
    shuffled = zoo.correlate(expected + 100 * constant, rng.permutation(expected) + 100 * constant)
    assert abs(shuffled) < 0.5


def test_the_checked_in_table_is_of_the_checked_in_record():
    found = report.read(str(RECORDS / "zoo.json"))
    assert (RECORDS / "zoo.md").read_text() == report.markdown(found)
    assert {row.network for row in found.rows} <= set(networks.NETWORKS)
    assert len({row.network for row in found.rows}) >= 5


def test_every_failure_on_record_has_a_cause_and_a_fix():
    for row in report.read(str(RECORDS / "zoo.json")).rows:
        if not row.builds or not row.holds or len(row.loads) < len(zoo.TABLES):
            assert row.problem and row.fix, row
        if row.recipe in ("fp32", "int8") and row.partitions != 1:
            assert row.problem and row.fix, row
