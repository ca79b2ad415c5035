"""Facts and measurements of a made-up model, small enough to count by hand."""

import dataclasses
from typing import Any, Literal

from model_press.evaluate import calibration_ranges, layer_error, summary, variant_facts
from model_press.formats import manifest, metrics, model_info
from model_press.report import facts, published
from model_press.search import lock, optimise
from model_press.search.outcome import Outcome

from testing import search_space

FP32, INT8, KERAS = "net_fp32", "net_int8", "net"
PALETTE = "net_coreml_palette4"
SHA256 = {FP32: "a" * 64, INT8: "b" * 64, KERAS: "c" * 64, PALETTE: "e" * 64}
CPU = "Test CPU <i9>"


def variant_of(name: str = FP32, **changes: Any) -> variant_facts.VariantFacts:
    """Return 1 MB and 1 kB of it in float; int8 a quarter."""
    small = name == INT8
    size = 250_000 if small else 1_000_000
    weight, kept = variant_facts.Weight, "the recipe keeps float32 weights"
    op, shape = "CONV_2D", (8, 3, 3, 3)
    kernel = weight(
        "conv/kernel;fused", op, "weights", shape, "float32", 216, 864, 0.25, False, kept
    )
    bias = weight("conv/bias", op, "bias", (8,), "float32", 8, 32, 0.0, False, kept)
    if small:
        kernel = dataclasses.replace(kernel, dtype="int8", bytes=216, compressed=True, why="")
        bias = dataclasses.replace(bias, dtype="int32", why="bias | of an integer operator")
    base = variant_facts.VariantFacts(
        1,
        name,
        name.removeprefix("net_"),
        SHA256[name],
        size,
        size * 9 // 10,
        size,
        (manifest.OpUse("CONV_2D", 3 if small else 1, 4), manifest.OpUse("SOFTMAX", 1, 1)),
        (),
        "2.6.0",
        (kernel, bias),
    )
    return dataclasses.replace(base, **changes)


def summary_of(name: str, top1: float | None, why: str = "") -> summary.Summary:
    """Return a labelled set of two classes, or without accuracy."""
    classes: tuple[summary.ClassRow, ...] = ()
    if top1 is not None:
        classes = (
            summary.ClassRow("cat & dog", 60, top1, 0.9, "<bird>", 3),
            summary.ClassRow("<bird>", 40, 1.0, 0.8, None, 0),
        )
    agreement = summary.Agreement(0.98 if name == INT8 else 1.0, 0.01, 0.2, 0.001, 0.02)
    return summary.Summary(
        1, name, 100, 100 if classes else 0, top1, top1, why, agreement, 2, 64, classes
    )


def layers_of(name: str = INT8) -> layer_error.LayerErrors:
    """Return two layers, one of them without error."""
    return layer_error.LayerErrors(
        1,
        name,
        FP32,
        4,
        1,
        (
            layer_error.LayerError("conv;bn", "CONV_2D", "int8", 25.5, 0.01, 0.1, 6.0, 0.001),
            layer_error.LayerError("input", "QUANTIZE", "int8", None, 0.0, 0.0, 1.0, 0.0),
        ),
    )


PUBLISHED = published.Published(
    1,
    "The paper",
    "a telephone",
    (
        published.Row("fp32", "original", 1_000_000, 400, 100.0, 0.9, ""),
        published.Row("int8", "int8", 250_000, 200, 10.0, 0.9, ""),
        published.Row("pruned", "pruned", 200_000, 100, 5.0, 0.9, "zeros are stored densely"),
    ),
)


def calibration_of(variant: str = INT8) -> calibration_ranges.Report:
    """Return one activation that an outlier stretches five times, and of which evaluation leaves a percent."""
    seen = calibration_ranges.Observed(0.0, 10.0, 2.0, 0.0)
    stretched = calibration_ranges.Range(
        "conv;relu",
        "conv<1>",
        "int8",
        0.0,
        10.0,
        5.0,
        True,
        seen,
        dataclasses.replace(seen, maximum=12.0, clipped=0.01),
    )
    return calibration_ranges.Report(
        1, variant, "int8", FP32, 50, 40, 99.9, 4.0, 1e-6, (stretched,), ()
    )


def search_of() -> lock.Lock:
    """Return three trials: one loses too much, one wins, one failed."""
    grid = search_space.space_of()
    outcomes = [search_space.outcome_at((0, 2)), search_space.outcome_at((4, 2))]
    outcomes.append(Outcome((8, 0), None, None, None, None, "layer <x> cannot be pruned"))
    best = optimise.winner(outcomes, search_space.BOUNDS, "size_ratio", grid)
    machine = metrics_of().machine
    return lock.make("best", grid, search_space.BOUNDS, "size_ratio", outcomes, best, machine)


def coreml_of(answers: summary.Summary) -> facts.CoremlFacts:
    """Return a package of an eighth of the baseline's size."""
    return facts.CoremlFacts(
        PALETTE, "palette4", SHA256[PALETTE], 125_000, 0.987, "float16", "16.0", answers
    )


INFO = model_info.ModelInfo(
    1,
    KERAS,
    "2",
    SHA256[KERAS],
    1_100_000,
    250_000,
    model_info.Port("image", (0, 8, 8, 3)),
    model_info.Port("scores", (0, 2)),
    2,
    model_info.InfoPreprocess(
        "RGB", (127.5,) * 3, (127.5,) * 3, manifest.Resize("crop", "bilinear_antialias")
    ),
    True,
)


def facts_of(trained: bool = True, article: published.Published | None = PUBLISHED) -> facts.Facts:
    """Return facts of fp32 with 95 % and int8 with 93 %, or untrained."""
    why = "" if trained else "untrained"
    scores = {FP32: 0.95, INT8: 0.93, KERAS: 0.95}
    summaries = {
        name: summary_of(name, score if trained else None, why) for name, score in scores.items()
    }
    return facts.Facts(
        1,
        "//models/net:report",
        "held_out",
        FP32,
        facts.model_of(dataclasses.replace(INFO, trained=trained)),
        facts.KerasFacts(1_100_000, 1_150_000, summaries[KERAS]),
        (
            facts.Entry(variant_of(FP32), summaries[FP32], None),
            facts.Entry(variant_of(INT8), summaries[INT8], layers_of()),
        ),
        article,
        (coreml_of(summary_of(PALETTE, 0.94 if trained else None, why)),),
        (calibration_of(),),
        (search_of(),),
    )


def record_of(name: str, threads: int, ms: float, peak: int, **changes: Any) -> metrics.Record:
    """Return a record with XNNPACK and 40 MB of base memory."""
    base = metrics.Record(
        name,
        metrics.KERAS if name == KERAS else name.removeprefix("net_"),
        SHA256.get(name, "d" * 64),
        1,
        1,
        metrics.Runtime("ai-edge-litert", "2.3.0"),
        "none" if name == KERAS else "xnnpack",
        threads,
        3.0,
        2 * ms,
        metrics.Latency(ms, 1.1 * ms, 0.1 * ms, 50, 3),
        40_000_000,
        peak,
        0 if name == KERAS else 1,
        (metrics.UndelegatedOp("RELU", "block/relu;x"), metrics.UndelegatedOp("RELU", "two"))
        if name == INT8
        else (),
    )
    return dataclasses.replace(base, **changes)


def metrics_of(
    *records: metrics.Record, kind: Literal["host", "android", "ios"] = "host"
) -> metrics.Metrics:
    """Return measurements of a machine, by default of both variants and Keras."""
    if not records:
        records = (
            record_of(FP32, 1, 10.0, 100_000_000),
            record_of(FP32, 2, 6.0, 110_000_000),
            record_of(FP32, 1, 30.0, 90_000_000, delegate="none", partitions=0),
            record_of(INT8, 1, 2.5, 55_000_000),
            record_of(INT8, 2, 1.5, 56_000_000),
            record_of(KERAS, 1, 150.0, 900_000_000),
        )
    machine = metrics.Machine(
        kind, CPU, "x86_64-avx2", ("avx2", "fma"), 2, 8_000_000_000, "Linux-6"
    )
    return metrics.Metrics(1, machine, records)
