"""Every impossible figure is red, by the name of its variant."""

import dataclasses

import pytest
from testing.raises import user_error
from testing.records import record_of

from model_press.formats import metrics
from model_press.measure import sanity

MACHINE = metrics.Machine("host", "cpu", "x86_64-avx2", (), 2, 1, "Linux")
RECORD = record_of(threads=2)


def _latency(**changes):
    return {"latency": dataclasses.replace(RECORD.latency, **changes)}


def test_sound_figures_pass():
    sanity.check(metrics.Metrics(1, MACHINE, (RECORD,)), ["net_int8"])


def test_a_variant_without_a_record_is_named():
    with user_error("not measured: net_fp32, net"):
        sanity.check(metrics.Metrics(1, MACHINE, (RECORD,)), ["net_fp32", "net_int8", "net"])


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (_latency(median_ms=float("nan")), "latency.median_ms is nan"),
        (_latency(median_ms=float("inf"), p90_ms=float("inf")), "latency.median_ms is inf"),
        (_latency(median_ms=0.0), "latency.median_ms is 0.0, expected a time above 0"),
        (_latency(p90_ms=0.5), "p90 0.5 ms is below the median 1.0 ms"),
        (_latency(runs=0), "0 runs"),
        ({"load_ms": -1.0}, "load_ms is -1.0"),
        ({"first_ms": 0.0}, "first_ms is 0.0"),
        ({"peak_memory_bytes": 99}, "peak memory 99 bytes, expected at least the base of 100"),
        ({"base_memory_bytes": 0}, "at least the base of 0"),
    ],
)
def test_an_impossible_figure_is_named(changes, said):
    broken = metrics.Metrics(1, MACHINE, (RECORD, dataclasses.replace(RECORD, **changes)))
    with user_error("net_int8 (2 threads, delegate xnnpack)", said):
        sanity.check(broken, ["net_int8"])
