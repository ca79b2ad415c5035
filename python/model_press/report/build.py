"""Builds the report: joins the build's facts with machines' measurements by the files' SHA-256."""

import collections
from collections.abc import Sequence
from typing import Any

from model_press.evaluate import summary, variant_facts
from model_press.formats import metrics
from model_press.formats.errors import UserError
from model_press.report import model, published
from model_press.report.facts import CoremlFacts, Entry, Facts


def build(
    facts: Facts, measured: metrics.Metrics | None, devices: Sequence[metrics.Metrics] = ()
) -> model.Report:
    """Join facts and measurements; UserError for a record of a file that the report does not hold.

    measured: of this machine; None leaves its figures empty.
    devices: of other machines (phones, a Pi), each shown in a table of its own.
    """
    for each in (measured, *devices):
        if each is not None:
            _require_same_files(facts, each)
    times = _Times(measured, facts.baseline)
    variants = tuple(_tflite(entry, facts, times) for entry in ordered(facts))
    packages = sorted(facts.coreml, key=lambda package: (-package.bytes, package.name))
    answers = facts.keras.summary
    return model.Report(
        schema_version=model.SCHEMA_VERSION,
        label=facts.label,
        machine=measured.machine if measured else None,
        runtime=_runtime(measured),
        model=facts.model,
        images=model.Images(facts.images, answers.images, answers.labelled),
        baseline=facts.baseline,
        keras=_keras(facts, times),
        variants=variants,
        coreml=tuple(_coreml(package, facts, times) for package in packages),
        calibrations=facts.calibrations,
        searches=facts.searches,
        devices=tuple(_device(facts, device) for device in devices),
        published=_published(facts.published, variants),
    )


def ordered(facts: Facts) -> list[Entry]:
    """Return the variants as a reader expects them: the baseline, then the others by falling size."""

    def key(entry: Entry) -> tuple[bool, int, str]:
        return entry.facts.name != facts.baseline, -entry.facts.bytes, entry.facts.name

    return sorted(facts.variants, key=key)


def _require_same_files(facts: Facts, measured: metrics.Metrics) -> None:
    known = {entry.facts.name: entry.facts.sha256 for entry in facts.variants}
    known[facts.model.name] = facts.model.sha256
    known.update({package.name: package.sha256 for package in facts.coreml})
    device = measured.machine.cpu_model
    for record in measured.records:
        expected = known.get(record.variant)
        if expected is None:
            raise UserError(
                f"metrics of {device}: variant {record.variant} is not in this report; it has "
                f"{', '.join(known)}"
            )
        if record.sha256 != expected:
            raise UserError(
                f"metrics of {device}: variant {record.variant} was measured as another file (sha256 "
                f"{record.sha256[:12]}…) than this report's ({expected[:12]}…); measure it again"
            )


class _Times:
    """Measurements of one machine by variant."""

    def __init__(self, measured: metrics.Metrics | None, baseline: str):
        self._records: dict[str, list[metrics.Record]] = collections.defaultdict(list)
        for record in measured.records if measured else ():
            self._records[record.variant].append(record)
        self._baseline = baseline

    def records(self, name: str) -> dict[str, metrics.Record]:
        """Return the records that the apps would give, by the number of threads."""
        chosen: dict[str, metrics.Record] = {}
        for record in self._records.get(name, ()):
            threads = str(record.threads)
            if threads not in chosen or record.delegate != "none":
                chosen[threads] = record
        return dict(sorted(chosen.items()))

    def measured(
        self, name: str, size: float | None = None, zipped: float | None = None
    ) -> model.Measured:
        """Return the figures of one variant; `size` and `zipped` are ratios that the build knows."""
        records, base = self.records(name), self.records(self._baseline)
        first, first_base = _fewest_threads(records), _fewest_threads(base)
        by_threads = {
            threads: round(record.latency.median_ms / base[threads].latency.median_ms, 4)
            for threads, record in records.items()
            if threads in base
        }
        above = whole = None
        if first and first_base:
            above = (first.peak_memory_bytes - first.base_memory_bytes) / (
                first_base.peak_memory_bytes - first_base.base_memory_bytes
            )
            whole = first.peak_memory_bytes / first_base.peak_memory_bytes
        return model.Measured(
            latency_ms={threads: r.latency.median_ms for threads, r in records.items()},
            latency={
                threads: model.Latency(**vars(r.latency), load_ms=r.load_ms, first_ms=r.first_ms)
                for threads, r in records.items()
            },
            latency_without_delegate_ms={
                str(r.threads): r.latency.median_ms
                for r in self._records.get(name, ())
                if r.delegate == "none"
            },
            peak_memory_bytes=first.peak_memory_bytes if first else None,
            base_memory_bytes=first.base_memory_bytes if first else None,
            delegation=_delegation(first),
            ratios=model.Ratios(
                size=_rounded(size),
                zipped=_rounded(zipped),
                latency=by_threads[min(by_threads, key=int)] if by_threads else None,
                latency_by_threads=by_threads,
                memory_above_base=_rounded(above),
                memory=_rounded(whole),
            ),
        )


def _fewest_threads(records: dict[str, metrics.Record]) -> metrics.Record | None:
    return records[min(records, key=int)] if records else None


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def _runtime(measured: metrics.Metrics | None) -> metrics.Runtime | None:
    records = measured.records if measured else ()
    return next((r.runtime for r in records if r.recipe != metrics.KERAS), None)


def _quality(facts: Facts, found: summary.Summary) -> model.Quality:
    base = facts.baseline_entry.summary.top1
    return model.Quality(
        top1=found.top1,
        top1_drop=None if found.top1 is None or base is None else round(base - found.top1, 6),
        top5=found.top5,
        no_accuracy=found.no_accuracy,
        agreement=found.agreement,
        distinct_top1=found.distinct_top1,
        distinct_codes=found.distinct_codes,
        classes=found.classes,
    )


def _keras(facts: Facts, times: _Times) -> model.Keras:
    keras, baseline = facts.keras, facts.baseline_entry.facts
    size = keras.keras_bytes / baseline.bytes if keras.keras_bytes else None
    return model.Keras(
        **vars(times.measured(facts.model.name, size)),
        **vars(_quality(facts, keras.summary)),
        name=facts.model.name,
        title="Keras",
        bytes=keras.keras_bytes,
        h5_bytes=keras.h5_bytes,
    )


def _variant(
    known: variant_facts.VariantFacts | CoremlFacts,
    found: summary.Summary,
    facts: Facts,
    measured: model.Measured,
    **of_its_format: Any,
) -> model.Variant:
    return model.Variant(
        **vars(measured),
        **vars(_quality(facts, found)),
        name=known.name,
        title=known.name.removeprefix(facts.model.name + "_"),
        recipe=known.recipe,
        sha256=known.sha256,
        bytes=known.bytes,
        **of_its_format,
    )


def _tflite(entry: Entry, facts: Facts, times: _Times) -> model.Variant:
    own, base = entry.facts, facts.baseline_entry.facts
    return _variant(
        own,
        entry.summary,
        facts,
        times.measured(own.name, own.bytes / base.bytes, own.zipped_bytes / base.zipped_bytes),
        format="tflite",
        zipped_bytes=own.zipped_bytes,
        apk_bytes=own.apk_bytes,
        weights=_weights(own.weights),
        layers=entry.layers,
        ops=own.ops,
        custom_ops=own.custom_ops,
        minimum_runtime=own.minimum_runtime,
    )


def _coreml(package: CoremlFacts, facts: Facts, times: _Times) -> model.Variant:
    size = package.bytes / facts.baseline_entry.facts.bytes
    return _variant(
        package,
        package.summary,
        facts,
        times.measured(package.name, size),
        format="mlpackage",
        coverage=package.coverage,
        compute=package.compute,
        minimum_ios=package.minimum_ios,
    )


def _published(
    article: published.Published | None, variants: Sequence[model.Variant]
) -> model.Published | None:
    if article is None:
        return None
    claims = published.claims(article, {variant.recipe: variant for variant in variants})
    return model.Published(**vars(article), claims=claims)


def _delegation(record: metrics.Record | None) -> model.Delegation | None:
    if record is None:
        return None
    outside: dict[str, list[metrics.UndelegatedOp]] = collections.defaultdict(list)
    for op in record.undelegated:
        outside[op.op].append(op)
    groups = [
        model.UndelegatedOps(
            name,
            len(ops),
            _share(ops, record.latency.median_ms),
            tuple(op.output for op in ops),
        )
        for name, ops in outside.items()
    ]
    groups.sort(key=lambda group: (-(group.share or 0), -group.count, group.op))
    return model.Delegation(record.delegate, record.partitions, tuple(groups))


def _share(ops: Sequence[metrics.UndelegatedOp], whole_ms: float) -> float | None:
    """Return the share of the latency of operators timed alone, at most 1; None if one was not timed."""
    times = [op.alone_ms for op in ops if op.alone_ms is not None]
    if len(times) < len(ops):
        return None
    return round(min(1.0, sum(times) / whole_ms), 4)


def _weights(weights: Sequence[variant_facts.Weight]) -> model.Weights:
    total = sum(weight.bytes for weight in weights) or 1
    kept: dict[str, list[variant_facts.Weight]] = collections.defaultdict(list)
    types: dict[str, int] = collections.defaultdict(int)
    for weight in weights:
        types[weight.dtype] += weight.bytes
        if not weight.compressed:
            kept[weight.why].append(weight)
    kernels = [weight for weight in weights if weight.role == "weights"]
    elements = sum(weight.elements for weight in kernels) or 1
    zeros = sum(weight.zeros * weight.elements for weight in kernels) / elements
    by_size = sorted(kept.items(), key=lambda pair: -sum(weight.bytes for weight in pair[1]))
    return model.Weights(
        tensors=len(weights),
        compressed=sum(weight.compressed for weight in weights),
        compressed_share=round(sum(w.bytes for w in weights if w.compressed) / total, 6),
        zeros=round(zeros, 6),
        by_type={dtype: round(size / total, 6) for dtype, size in sorted(types.items())},
        kept=tuple(
            model.UncompressedWeights(
                why,
                len(group),
                round(sum(weight.bytes for weight in group) / total, 6),
                tuple(weight.name for weight in group),
            )
            for why, group in by_size
        ),
    )


def _device(facts: Facts, measured: metrics.Metrics) -> model.Device:
    times = _Times(measured, facts.baseline)
    names = [facts.model.name] + [entry.facts.name for entry in ordered(facts)]
    names += [package.name for package in facts.coreml]
    rows = []
    for name in names:
        record = _fewest_threads(times.records(name))
        if record is not None:
            rows.append(
                model.DeviceVariant(**vars(times.measured(name)), name=name, recipe=record.recipe)
            )
    return model.Device(measured.machine, _runtime(measured), tuple(rows))
