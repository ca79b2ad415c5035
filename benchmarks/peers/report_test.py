"""The record reads back, the table says what it holds, and the checked-in one is whole."""

import pathlib

from model_press.formats import files
from model_press.formats.metrics import Latency, Machine, Runtime

from benchmarks import record
from benchmarks.peers import report

RECORDS = pathlib.Path("benchmarks/peers/records")


def _report() -> report.Report:
    machine = Machine("host", "A CPU", "x86_64-avx2", ("avx2",), 2, 1 << 30, "Linux")
    rows = (
        report.Row("fp32", "LiteRT", 4_000_000, 0.95, Latency(2.0, 3.0, 0.5, 30, 3), 1.0),
        report.Row("small", "Another", 1_000_000, 0.9425, Latency(0.5, 3.0, 0.5, 30, 3), 0.25),
    )
    return report.Report(
        1, "2026-01-02", machine, (Runtime("a-runtime", "1.0"),), 2000, 200, 25, rows
    )


def test_the_plain_recipe_differs_by_its_rewrites_alone():
    ours = files.read_json("models/recipes/int8.json", "recipe")
    plain = files.read_json("benchmarks/peers/plain_int8.json", "recipe")
    assert ours["rewrites"]
    assert plain == {**ours, "name": "plain_int8", "rewrites": []}


def test_round_trip(tmp_path):
    record.write(_report(), report.markdown(_report()), str(tmp_path), "peers")
    assert record.read(report.Report, tmp_path / "peers.json") == _report()
    assert (tmp_path / "peers.md").read_text() == report.markdown(_report())


def test_the_table_is_against_the_first_row():
    text = report.markdown(_report())
    assert "A CPU" in text and "a-runtime 1.0" in text and "2,000 held-out images" in text
    assert "| small | Another | 1.00 (0.250) | 94.25 % | -0.75 | 0.500 (0.250) |" in text


def test_the_checked_in_table_is_of_the_checked_in_record():
    found = record.read(report.Report, RECORDS / "peers.json")
    assert (RECORDS / "peers.md").read_text() == report.markdown(found)
    assert found.images >= 2000
    assert {row.engine for row in found.rows} == {"LiteRT", "ONNX Runtime", "OpenVINO"}


def test_ours_was_the_quickest_int8_of_the_same_net():
    rows = {row.name: row for row in record.read(report.Report, RECORDS / "peers.json").rows}
    ours = rows["int8 (model_press)"]
    for other in ("int8 (plain converter)", "ai-edge-quantizer static_wi8_ai8"):
        assert ours.latency.median_ms <= rows[other].latency.median_ms
    assert rows["fp32"].top1 - ours.top1 <= 0.015
