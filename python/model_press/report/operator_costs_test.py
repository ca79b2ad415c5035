"""Operators outside the delegate get their own times, and nothing else changes."""

import dataclasses

import pytest
from testing.report_facts import INT8, metrics_of, record_of

from model_press.formats import metrics
from model_press.measure import process
from model_press.report import operator_costs

MODEL = "python/testing/broken.tflite"


@pytest.fixture(scope="module")
def measured():
    """What the measurement says of a model that a stand-alone RELU cuts in two."""
    probe = process.Probe(MODEL, 1, "xnnpack")
    probe.close()
    outside = tuple(metrics.UndelegatedOp(**op) for op in probe.ready["undelegated"])
    one, two = (record_of(INT8, threads, 2.0, 55_000_000) for threads in (1, 2))
    return metrics_of(
        dataclasses.replace(one, undelegated=outside), dataclasses.replace(two, undelegated=outside)
    )


def test_every_operator_outside_is_timed_on_one_thread(measured):
    found = operator_costs.with_times(measured, {INT8: MODEL}, seconds=0.2)
    assert "RELU" in {op.op for op in found.records[0].undelegated}
    assert all(op.alone_ms > 0 for op in found.records[0].undelegated)
    bare = tuple(dataclasses.replace(op, alone_ms=None) for op in found.records[0].undelegated)
    assert dataclasses.replace(found.records[0], undelegated=bare) == measured.records[0]
    assert found.records[1] == measured.records[1]


def test_a_variant_whose_file_is_not_here_stays_as_it_is(measured):
    assert operator_costs.with_times(measured, {}) == measured
