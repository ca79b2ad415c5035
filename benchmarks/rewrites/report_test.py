"""The record reads back, the table says what it holds, and the checked-in one is current and keeps its promise."""

import pathlib

import pytest
from model_press.formats.metrics import Latency, Machine, Runtime

from benchmarks import record
from benchmarks.rewrites import networks, report

RECORDS = pathlib.Path("benchmarks/rewrites/records")
_LATENCY = Latency(2.0, 3.0, 0.5, 30, 3)


def _report() -> report.Report:
    machine = Machine("host", "A CPU", "x86_64-avx2", ("avx2",), 2, 1 << 30, "Linux")
    row = report.Row(
        "Net",
        networks.REWRITTEN,
        5_000_000,
        1,
        (report.Left("QUANTIZE", 2), report.Left("SOFTMAX", 1)),
        (_LATENCY, _LATENCY),
        (0.25, 0.5),
        report.Codes(2, 0.125),
    )
    return report.Report(1, "2026-01-02", machine, Runtime("a-runtime", "1.0"), 15, (row,))


def test_round_trip(tmp_path):
    record.write(_report(), report.markdown(_report()), str(tmp_path), "rewrites")
    assert record.read(report.Report, tmp_path / "rewrites.json") == _report()
    assert (tmp_path / "rewrites.md").read_text() == report.markdown(_report())


def test_the_table_names_machine_and_what_is_left():
    text = report.markdown(_report())
    assert "A CPU" in text and "a-runtime 1.0" in text and "2026-01-02" in text
    assert (
        "| Net | int8 rewritten | 5.0 | 1 | 2 QUANTIZE, 1 SOFTMAX | 2.00 (0.250) | 2.00 (0.500) "
        "| mean 0.12, most 2 |" in text
    )


def test_the_checked_in_table_is_of_the_checked_in_record():
    found = record.read(report.Report, RECORDS / "rewrites.json")
    assert (RECORDS / "rewrites.md").read_text() == report.markdown(found)
    assert {row.network for row in found.rows} == set(networks.NETWORKS)


@pytest.mark.parametrize("network", networks.NETWORKS)
def test_each_rewritten_network_was_one_partition(network):
    rows = record.read(report.Report, RECORDS / "rewrites.json").rows
    row = next(r for r in rows if (r.network, r.variant) == (network, networks.REWRITTEN))
    assert row.partitions == 1
    assert {left.op for left in row.left} <= {"QUANTIZE", "SOFTMAX"}
