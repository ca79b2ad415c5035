"""report.json: facts of the build and measurements of machines, joined by the files' SHA-256."""

import collections
from collections.abc import Sequence
from typing import Any

from model_press.evaluate import variant_facts
from model_press.formats import metrics, strict_json
from model_press.formats.errors import UserError
from model_press.report import coreml, published
from model_press.report.facts import Entry, Facts

SCHEMA_VERSION = 1


def build(
    facts: Facts, measured: metrics.Metrics | None, devices: Sequence[metrics.Metrics] = ()
) -> dict[str, Any]:
    """Join facts and measurements.

    Args:
      measured: of this machine; None leaves its figures empty.
      devices: of other machines (phones, a Pi), each shown in a table of its own.
    Returns:
      The JSON object of report.json. Sizes and memory in bytes, times in ms, accuracy and ratios as fractions;
      `latency_ms` and its like are objects from the number of threads to the median, empty where not measured;
      other figures are null where not measured or untrained.
    Raises:
      UserError: a record is of a file that this report does not hold.
    """
    for each in (measured, *devices):
        if each is not None:
            _require_same_files(facts, each)
    base = facts.baseline_entry
    times = _Times(measured, base.facts.name)
    variants = [_variant(entry, facts, times) for entry in ordered(facts)]
    report = {
        "schema_version": SCHEMA_VERSION,
        "label": facts.label,
        "machine": strict_json.to_json(measured.machine) if measured else None,
        "runtime": _runtime(measured),
        "model": _model(facts),
        "images": {
            "name": facts.images,
            "count": facts.keras.summary.images,
            "labelled": facts.keras.summary.labelled,
        },
        "baseline": facts.baseline,
        "keras": _keras(facts, times),
        "variants": variants,
        "coreml": [
            coreml.row(package, base.facts.bytes, _drop(facts, package.summary.top1))
            for package in sorted(facts.coreml, key=lambda package: (-package.bytes, package.name))
        ],
        "calibrations": strict_json.to_json(facts.calibrations),
        "searches": strict_json.to_json(facts.searches),
        "devices": [_device(facts, device) for device in devices],
        "published": None,
    }
    if facts.published is not None:
        by_recipe = {variant["recipe"]: variant for variant in variants}
        report["published"] = {
            **strict_json.to_json(facts.published),
            "claims": [
                strict_json.to_json(claim) for claim in published.claims(facts.published, by_recipe)
            ],
        }
    return report


def ordered(facts: Facts) -> list[Entry]:
    """Return the variants as a reader wants them: the baseline, then the others by falling size."""

    def key(entry: Entry) -> tuple[bool, int, str]:
        return entry.facts.name != facts.baseline, -entry.facts.bytes, entry.facts.name

    return sorted(facts.variants, key=key)


def _require_same_files(facts: Facts, measured: metrics.Metrics) -> None:
    known = {entry.facts.name: entry.facts.sha256 for entry in facts.variants}
    known[facts.keras.name] = facts.keras.sha256
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
        """Return the records by number of threads, as the apps run it: with the delegate if it applies."""
        chosen: dict[str, metrics.Record] = {}
        for record in self._records.get(name, ()):
            threads = str(record.threads)
            if threads not in chosen or record.delegate != "none":
                chosen[threads] = record
        return chosen

    def plain_ms(self, name: str) -> dict[str, float]:
        """Return the medians without delegate, by number of threads."""
        records = self._records.get(name, ())
        return {str(r.threads): r.latency.median_ms for r in records if r.delegate == "none"}

    def latency_ratios(self, name: str) -> dict[str, float]:
        base = self.records(self._baseline)
        return {
            threads: round(record.latency.median_ms / base[threads].latency.median_ms, 4)
            for threads, record in self.records(name).items()
            if threads in base
        }

    def memory(self, name: str) -> dict[str, Any]:
        """Return the peak and base of the run with the fewest threads, and ratios of both to the baseline's."""
        record, base = self._fewest(name), self._fewest(self._baseline)
        peak = record.peak_memory_bytes if record else None
        floor = record.base_memory_bytes if record else None
        above = ratio = None
        if record and base:
            above = (record.peak_memory_bytes - record.base_memory_bytes) / (
                base.peak_memory_bytes - base.base_memory_bytes
            )
            ratio = record.peak_memory_bytes / base.peak_memory_bytes
        return {"peak": peak, "base": floor, "above": _round(above), "ratio": _round(ratio)}

    def _fewest(self, name: str) -> metrics.Record | None:
        records = self.records(name)
        return records[min(records, key=int)] if records else None


def _round(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def _runtime(measured: metrics.Metrics | None) -> dict[str, str] | None:
    for record in measured.records if measured else ():
        if record.recipe != metrics.KERAS:
            runtime: dict[str, str] = strict_json.to_json(record.runtime)
            return runtime
    return None


def _model(facts: Facts) -> dict[str, Any]:
    keras = facts.keras
    return {
        "name": keras.name,
        "keras": keras.keras,
        "sha256": keras.sha256,
        "parameters": keras.parameters,
        "input_shape": list(keras.input_shape),
        "classes": keras.classes,
        "trained": keras.trained,
    }


def _latencies(records: dict[str, metrics.Record]) -> dict[str, Any]:
    return {
        threads: {
            **strict_json.to_json(record.latency),
            "load_ms": record.load_ms,
            "first_ms": record.first_ms,
        }
        for threads, record in sorted(records.items())
    }


def _keras(facts: Facts, times: _Times) -> dict[str, Any]:
    keras = facts.keras
    records = times.records(keras.name)
    memory = times.memory(keras.name)
    baseline = facts.baseline_entry.facts
    return {
        "name": keras.name,
        "bytes": keras.keras_bytes,
        "h5_bytes": keras.h5_bytes,
        "latency_ms": {t: r.latency.median_ms for t, r in sorted(records.items())},
        "latency": _latencies(records),
        "peak_memory_bytes": memory["peak"],
        "base_memory_bytes": memory["base"],
        "top1": keras.summary.top1,
        "top5": keras.summary.top5,
        "top1_drop": _drop(facts, keras.summary.top1),
        "distinct_top1": keras.summary.distinct_top1,
        "classes": strict_json.to_json(keras.summary.classes),
        "no_accuracy": keras.summary.no_accuracy,
        "ratios": {
            "size": _round(keras.keras_bytes / baseline.bytes if keras.keras_bytes else None),
            "latency": _first(times.latency_ratios(keras.name)),
            "latency_by_threads": times.latency_ratios(keras.name),
            "memory_above_base": memory["above"],
            "memory": memory["ratio"],
        },
    }


def _drop(facts: Facts, top1: float | None) -> float | None:
    base = facts.baseline_entry.summary.top1
    return None if top1 is None or base is None else round(base - top1, 6)


def _first(by_threads: dict[str, float]) -> float | None:
    return by_threads[min(by_threads, key=int)] if by_threads else None


def _variant(entry: Entry, facts: Facts, times: _Times) -> dict[str, Any]:
    own, base = entry.facts, facts.baseline_entry.facts
    records, memory = times.records(own.name), times.memory(own.name)
    ratios = times.latency_ratios(own.name)
    record = records.get(min(records, key=int)) if records else None
    return {
        "name": own.name,
        "recipe": own.recipe,
        "sha256": own.sha256,
        "bytes": own.bytes,
        "zipped_bytes": own.zipped_bytes,
        "apk_bytes": own.apk_bytes,
        "latency_ms": {t: r.latency.median_ms for t, r in sorted(records.items())},
        "latency": _latencies(records),
        "latency_without_delegate_ms": times.plain_ms(own.name),
        "peak_memory_bytes": memory["peak"],
        "base_memory_bytes": memory["base"],
        "top1": entry.summary.top1,
        "top1_drop": _drop(facts, entry.summary.top1),
        "top5": entry.summary.top5,
        "no_accuracy": entry.summary.no_accuracy,
        "ratios": {
            "size": _round(own.bytes / base.bytes),
            "zipped": _round(own.zipped_bytes / base.zipped_bytes),
            "latency": _first(ratios),
            "latency_by_threads": ratios,
            "memory_above_base": memory["above"],
            "memory": memory["ratio"],
        },
        "agreement": strict_json.to_json(entry.summary.agreement),
        "distinct_top1": entry.summary.distinct_top1,
        "distinct_codes": entry.summary.distinct_codes,
        "classes": strict_json.to_json(entry.summary.classes),
        "delegation": _delegation(record),
        "weights": _weights(entry),
        "layers": strict_json.to_json(entry.layers),
        "ops": strict_json.to_json(own.ops),
        "custom_ops": list(own.custom_ops),
        "minimum_runtime": own.minimum_runtime,
    }


def _delegation(record: metrics.Record | None) -> dict[str, Any] | None:
    """Return the partitions and the operators outside them by name, or None if not measured."""
    if record is None:
        return None
    outside: dict[str, list[metrics.UndelegatedOp]] = collections.defaultdict(list)
    for op in record.undelegated:
        outside[op.op].append(op)
    shares = {name: _share(ops, record.latency.median_ms) for name, ops in outside.items()}
    groups = [
        {
            "op": name,
            "count": len(outside[name]),
            "share": shares[name],
            "outputs": [op.output for op in outside[name]],
        }
        for name in sorted(
            outside, key=lambda name: (-(shares[name] or 0), -len(outside[name]), name)
        )
    ]
    return {"delegate": record.delegate, "partitions": record.partitions, "outside": groups}


def _share(ops: Sequence[metrics.UndelegatedOp], whole_ms: float) -> float | None:
    """Return the share of the latency of operators timed alone, at most 1; None if one of them was not."""
    times = [op.alone_ms for op in ops if op.alone_ms is not None]
    if len(times) < len(ops):
        return None
    return round(min(1.0, sum(times) / whole_ms), 4)


def _weights(entry: Entry) -> dict[str, Any]:
    """Return the shares of the bytes of all constants, by element type and by why a tensor was not compressed."""
    weights = entry.facts.weights
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
    return {
        "tensors": len(weights),
        "compressed": sum(weight.compressed for weight in weights),
        "compressed_share": round(sum(w.bytes for w in weights if w.compressed) / total, 6),
        "zeros": round(zeros, 6),
        "by_type": {dtype: round(size / total, 6) for dtype, size in sorted(types.items())},
        "kept": [
            {
                "why": why,
                "count": len(group),
                "share": round(sum(weight.bytes for weight in group) / total, 6),
                "tensors": [weight.name for weight in group],
            }
            for why, group in sorted(
                kept.items(), key=lambda pair: -sum(weight.bytes for weight in pair[1])
            )
        ],
    }


def _device(facts: Facts, measured: metrics.Metrics) -> dict[str, Any]:
    times = _Times(measured, facts.baseline)
    names = [facts.keras.name] + [entry.facts.name for entry in ordered(facts)]
    names += [package.name for package in facts.coreml]
    rows = []
    for name in names:
        records, memory = times.records(name), times.memory(name)
        if not records:
            continue
        ratios = times.latency_ratios(name)
        rows.append(
            {
                "name": name,
                "recipe": next(iter(records.values())).recipe,
                "latency_ms": {t: r.latency.median_ms for t, r in sorted(records.items())},
                "latency": _latencies(records),
                "peak_memory_bytes": memory["peak"],
                "base_memory_bytes": memory["base"],
                "delegation": _delegation(records[min(records, key=int)]),
                "ratios": {
                    "latency": _first(ratios),
                    "latency_by_threads": ratios,
                    "memory_above_base": memory["above"],
                    "memory": memory["ratio"],
                },
            }
        )
    return {
        "machine": strict_json.to_json(measured.machine),
        "runtime": _runtime(measured),
        "variants": rows,
    }
