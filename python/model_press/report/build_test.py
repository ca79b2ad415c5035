"""report.json: figures against ones worked out by hand, and measurements of other files refused by name."""

import dataclasses

import pytest
from testing import report_facts
from testing.raises import user_error
from testing.report_facts import FP32, INT8, KERAS, facts_of, metrics_of, record_of

from model_press.formats import metrics, strict_json
from model_press.report import build, facts, model


def _variants(report):
    return {variant.name: variant for variant in report.variants}


def test_figures_of_a_measured_variant():
    report = build.build(facts_of(), metrics_of())
    int8 = _variants(report)[INT8]
    assert report.machine.cpu_model == report_facts.CPU
    assert (int8.recipe, int8.bytes, int8.zipped_bytes) == ("int8", 250_000, 225_000)
    assert int8.apk_bytes == 250_000
    assert int8.latency_ms == {"1": 2.5, "2": 1.5}
    assert (int8.peak_memory_bytes, int8.base_memory_bytes) == (55_000_000, 40_000_000)
    assert (int8.top1, int8.top1_drop) == (0.93, 0.02)
    assert int8.ratios == model.Ratios(
        size=0.25,
        zipped=0.25,
        latency=0.25,
        latency_by_threads={"1": 0.25, "2": 0.25},
        memory_above_base=0.25,  # 15 of 60 MB
        memory=0.55,
    )
    assert int8.delegation.outside == (
        model.UndelegatedOps("RELU", 2, None, ("block/relu;x", "two")),
    )


def test_figures_of_a_core_ml_package():
    (package,) = build.build(facts_of(), metrics_of()).coreml
    assert (package.recipe, package.bytes, package.coverage) == (
        "palette4",
        125_000,
        0.987,
    )
    assert (package.top1, package.top1_drop) == (0.94, 0.01)
    assert (package.format, package.ratios.size, package.ratios.latency) == (
        "mlpackage",
        0.125,
        None,
    )
    (untrained,) = build.build(facts_of(trained=False), None).coreml
    assert (untrained.top1, untrained.top1_drop) == (None, None)


def test_a_calibration_of_another_variant_is_refused():
    known = facts_of()
    with user_error("the calibration report is of net_int16x8", "net_fp32, net_int8"):
        other = report_facts.calibration_of("net_int16x8")
        facts.check(dataclasses.replace(known, calibrations=(other,)))


def test_a_phone_may_measure_core_ml_packages():
    phone = metrics_of(record_of(report_facts.PALETTE, 1, 3.0, 60_000_000), kind="ios")
    (device,) = build.build(facts_of(), None, [phone]).devices
    assert [row.name for row in device.variants] == [report_facts.PALETTE]


def test_shares_of_the_time_outside_the_delegate():
    def timed(*ops):
        record = record_of(INT8, 1, 2.0, 55_000_000)
        made = tuple(metrics.UndelegatedOp(op, op, ms) for op, ms in ops)
        return metrics_of(dataclasses.replace(record, undelegated=made))

    found = timed(("RELU", 0.25), ("SOFTMAX", 0.3), ("RELU", 0.75), ("MEAN", None))
    outside = _variants(build.build(facts_of(), found))[INT8].delegation.outside
    assert [(group.op, group.share) for group in outside] == [
        ("RELU", 0.5),
        ("SOFTMAX", 0.15),
        ("MEAN", None),
    ]
    slow = timed(("RELU", 9.0))
    outside = _variants(build.build(facts_of(), slow))[INT8].delegation.outside
    assert outside[0].share == 1.0  # alone it may take longer than within


def test_the_baseline_is_run_as_the_apps_do():
    fp32 = _variants(build.build(facts_of(), metrics_of()))[FP32]
    assert fp32.latency_ms == {"1": 10.0, "2": 6.0}
    assert fp32.latency_without_delegate_ms == {"1": 30.0}
    assert fp32.ratios.latency == fp32.ratios.size == 1
    assert fp32.top1_drop == 0


def test_the_baseline_comes_first_then_the_bigger():
    known = facts_of()
    fp32, int8 = known.variants
    fp16 = dataclasses.replace(
        int8, facts=dataclasses.replace(int8.facts, name="net_fp16", bytes=2_000_000)
    )
    shuffled = dataclasses.replace(known, variants=(int8, fp16, fp32))
    names = [entry.facts.name for entry in build.ordered(shuffled)]
    assert names == [FP32, "net_fp16", INT8]


def test_row_zero_is_keras():
    keras = build.build(facts_of(), metrics_of()).keras
    assert (keras.bytes, keras.h5_bytes) == (1_100_000, 1_150_000)
    assert keras.latency_ms == {"1": 150.0}
    assert (keras.ratios.latency, keras.ratios.size) == (15, 1.1)


def test_unmeasured_and_untrained_figures_are_empty():
    report = build.build(facts_of(trained=False), None)
    assert report.machine is None
    for variant in [*report.variants, report.keras]:
        assert variant.latency_ms == {}
        assert variant.peak_memory_bytes is None and variant.base_memory_bytes is None
        assert variant.top1 is None and variant.top1_drop is None
        assert variant.ratios.latency is None
        assert variant.ratios.memory_above_base is None
    assert _variants(report)[INT8].delegation is None
    assert _variants(report)[INT8].ratios.size == 0.25


def test_weights_by_share_and_reason():
    weights = _variants(build.build(facts_of(), None))[INT8].weights
    assert (weights.tensors, weights.compressed) == (2, 1)
    assert weights.compressed_share == round(216 / 248, 6)
    assert weights.by_type == {"int32": round(32 / 248, 6), "int8": round(216 / 248, 6)}
    assert weights.zeros == 0.25
    assert [group.why for group in weights.kept] == ["bias | of an integer operator"]


def test_a_measurement_of_another_file_is_refused_by_name():
    other = record_of(INT8, 1, 2.5, 55_000_000, sha256="d" * 64)
    with user_error("variant net_int8", "another file", "dddddddddddd", "bbbbbbbbbbbb"):
        build.build(facts_of(), metrics_of(other))
    with user_error(report_facts.CPU, "variant net_int8"):
        build.build(facts_of(), None, [metrics_of(other, kind="android")])
    stranger = record_of("lenet_int8", 1, 2.5, 55_000_000)
    with user_error("variant lenet_int8 is not in this report", "net_fp32"):
        build.build(facts_of(), metrics_of(stranger))
    keras = record_of(KERAS, 1, 2.5, 55_000_000, sha256="d" * 64)
    with user_error("variant net was measured as another file"):
        build.build(facts_of(), metrics_of(keras))


def test_a_device_has_its_own_baseline():
    device = metrics_of(
        record_of(FP32, 4, 40.0, 80_000_000),
        record_of(INT8, 4, 30.0, 60_000_000),
        kind="android",
    )
    report = build.build(facts_of(), metrics_of(), [device])
    (found,) = report.devices
    assert found.machine.kind == "android"
    assert [row.name for row in found.variants] == [FP32, INT8]
    assert found.variants[1].ratios.latency_by_threads == {"4": 0.75}
    assert _variants(report)[INT8].latency_ms == {"1": 2.5, "2": 1.5}


def test_a_device_without_the_baseline_has_no_ratio():
    device = metrics_of(record_of(INT8, 4, 30.0, 60_000_000), kind="android")
    (found,) = build.build(facts_of(), None, [device]).devices
    assert found.variants[0].ratios.latency is None


def test_facts_that_do_not_fit_together():
    good = facts_of()
    (fp32, int8) = good.variants
    facts.check(good)
    swapped = dataclasses.replace(int8, summary=fp32.summary)
    for variants, said in (
        ((fp32, fp32), "variant net_fp32 is given 2 times"),
        ((int8,), "baseline net_fp32 is not among the variants net_int8"),
        ((fp32, swapped), "the evaluation is of net_fp32, but the file is net_int8; give both of"),
    ):
        with user_error(said):
            facts.check(dataclasses.replace(good, variants=variants))


@pytest.mark.parametrize("trained", [True, False])
def test_facts_round_trip(tmp_path, trained):
    strict_json.write(tmp_path / "f.json", facts_of(trained))
    assert facts.read(tmp_path / "f.json") == facts_of(trained)
