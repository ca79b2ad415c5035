"""The record reads back and merges, and names the cause of a failure."""

import dataclasses

import numpy as np
import pytest

from benchmarks import record
from benchmarks.zoo import networks, report, zoo


def _row(**changes) -> report.Row:
    row = report.Row(
        *("Net", "int8", "", "2026-01-02, A CPU, a-runtime 1.0"),
        builds=True,
        bytes=5_000_000,
        seconds=3.0,
        loads=("a 1",),
        partitions=1,
        outside=("1 CAST",),
        correlation=0.99,
        swapped=0.4,
        top1=1.0,
        holds=True,
    )
    return dataclasses.replace(row, **changes)


def _report(*rows: report.Row) -> report.Report:
    return report.Report(report.SCHEMA_VERSION, rows)


def test_round_trip(tmp_path):
    found = _report(_row(), _row(recipe="fp16", builds=False, problem="a", fix="b"))
    record.write(found, tmp_path)
    assert record.read(report.Report, tmp_path) == found
    assert (tmp_path / "zoo.md").read_text() == found.markdown()


def test_a_failure_is_shown_with_its_fix():
    text = _report(_row(builds=False, problem="cause", fix="cure")).markdown()
    assert "| Net | int8 | **no** |" in text and "| Net | int8 | cause | cure | nothing |" in text


def test_each_row_keeps_its_machine():
    old = _report(_row(network="Other", run="2026-01-01, B CPU"))
    text = report.merge(old, _report(_row())).markdown()
    assert "1. 2026-01-02, A CPU, a-runtime 1.0\n2. 2026-01-01, B CPU\n" in text
    assert "| yes | 1 |\n| Other | int8 |" in text and text.rstrip().endswith("| yes | 2 |")


def test_what_was_tried_stands_beside_the_problem():
    bad = _row(holds=False, correlation=0.5, problem="cause", fix="cure")
    mended = _row(recipe="int8, better", cures="int8")
    cut = _row(recipe="dynamic_int8", partitions=3, problem="cut", fix="int8")
    rows = report.merge(None, _report(mended, bad, cut)).rows
    assert [row.recipe for row in rows] == ["dynamic_int8", "int8", "int8, better"]
    text = _report(*rows).markdown()
    better = "int8, better: holds, 0.990, 5.0 MB, partitions 1"
    unfit = "dynamic_int8: holds, 0.990, 5.0 MB, partitions 3"
    assert f"| cause | cure | {unfit}; {better} |" in text
    assert f"| cut | int8 | int8: does not hold, 0.500, 5.0 MB, partitions 1; {better} |" in text


def test_what_was_tried_goes_with_the_recipe_that_it_is_for():
    old = _report(_row(holds=False), _row(recipe="int8, better", cures="int8"))
    assert [row.recipe for row in report.merge(old, _report(_row())).rows] == ["int8"]


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


def test_ranges_are_the_cause_where_other_calibration_images_mend_it():
    bad = _row(holds=False, problem="it differs", fix="do it")
    more = _row(
        recipe="int8, 64 images", cures="int8", holds=False, problem="so it does", fix="do it"
    )
    seen = _row(recipe="int8, 64 and those compared", cures="int8")
    found = report.merge(None, _report(bad, more, seen, _row(recipe="fp32")))
    problems = {row.recipe: row.problem for row in found.rows}
    assert problems["int8"].startswith("values beyond the ranges that the calibration images have")
    assert problems["int8"].endswith("compared: it differs")
    assert problems["int8, 64 images"].endswith("compared: so it does")
    assert "calibration_report" in next(row.fix for row in found.rows if row.recipe == "int8")
    mended = dataclasses.replace(more, holds=True, problem="", fix="")
    found = report.merge(found, _report(mended))
    problem = next(row.problem for row in found.rows if row.recipe == "int8")
    assert problem == f"{report._FEW}: it differs"


def test_an_outlier_among_the_images_is_the_cause():
    rng = np.random.default_rng(0)
    logits = rng.normal(size=(64, 100))
    assert networks.reach(logits) < 2
    logits[5] *= 300
    assert 200 < networks.reach(logits) < 400
    bad = _row(holds=False, problem=report.outlying(300.0, "it differs"), fix="do it")
    found = report.merge(None, _report(bad, _row(recipe="fp32")))
    problem = next(row.problem for row in found.rows if row.recipe == "int8")
    assert problem.startswith("logits that few images drive far") and "300 times" in problem


def test_correlation_ignores_what_every_image_gets():
    rng = np.random.default_rng(0)
    expected = rng.normal(size=(8, 50))
    assert zoo.correlate(expected * 2 + 5, expected) == pytest.approx(1)
    constant = np.tile(rng.normal(size=50), (8, 1))
    assert zoo.correlate(constant, expected) == 0
    shuffled = zoo.correlate(expected + 100 * constant, rng.permutation(expected) + 100 * constant)
    assert abs(shuffled) < 0.5


def test_an_allowed_difference_leaves_the_correlation():
    rng = np.random.default_rng(0)
    expected = rng.normal(size=(8, 1000)) + 10 * rng.normal(size=1000)
    allowed = zoo.allowed_difference(expected, 0.8)
    errors = rng.normal(size=expected.shape)
    errors *= allowed / np.abs(errors).max(1).mean()
    assert 0.8 < zoo.correlate(expected + errors, expected) < 0.95
