"""Derives the tables of the templates from a report."""

import dataclasses
import json
from collections.abc import Sequence
from typing import Any

from model_press.evaluate import calibration_ranges, layer_error, summary
from model_press.formats.metrics import Machine
from model_press.report import model, published
from model_press.search import lock, outcome

_WORST_LAYERS = 4
# A table of more classes is hard to read: only those that lose most are shown.
_MANY_CLASSES = 30
_SHOWN_CLASSES = 10


@dataclasses.dataclass(frozen=True)
class ClaimRow:
    """The published claims about one variant, by metric."""

    title: str
    recipe: str
    by_metric: dict[str, published.Claim]


@dataclasses.dataclass(frozen=True)
class WorstLayers:
    """The layers of a variant with the lowest signal-to-noise ratio; `count` of all were compared."""

    title: str
    images: int
    count: int
    unmatched: int
    layers: list[layer_error.LayerError]


@dataclasses.dataclass(frozen=True)
class CalibrationRow:
    """A calibrated variant: the activations that outliers stretch most, and those that are clipped most."""

    title: str
    report: calibration_ranges.Report
    outliers: int
    stretched: list[calibration_ranges.Range]
    left: list[calibration_ranges.Range]


@dataclasses.dataclass(frozen=True)
class TrialRow:
    """One trial of a search: its open fields and the verdict in words."""

    fields: str
    outcome: outcome.Outcome
    verdict: str
    won: bool


@dataclasses.dataclass(frozen=True)
class SearchTable:
    """A search: its bounds in words, and its trials with the winner first, then by the goal."""

    name: str
    space_points: int
    goal_text: str
    bound_text: str
    machine: Machine
    rows: list[TrialRow]


@dataclasses.dataclass(frozen=True)
class OpRow:
    """An operator version, with the number of nodes in each variant."""

    name: str
    version: int
    counts: list[int]


@dataclasses.dataclass(frozen=True)
class RecallRow:
    """The recall of one class in each variant. `own` is the baseline's row."""

    own: summary.ClassRow
    recalls: list[float | None]
    loss: float


@dataclasses.dataclass(frozen=True)
class ClassTable:
    """The classes that are shown; `part` is whether some of `all` are left out."""

    rows: list[RecallRow]
    all: int
    part: bool


def context(report: model.Report) -> dict[str, Any]:
    """Return the templates' values: the report itself and the tables that are derived from it."""
    variants = report.variants
    threads = sorted({t for v in variants for t in v.latency_ms}, key=int)
    trained = any(v.top1 is not None for v in variants)
    rows = report.published.rows if report.published else ()
    recipes = {variant.recipe for variant in variants}
    return {
        "report": report,
        "rows": list(variants),
        "published_by_recipe": {row.recipe: row for row in rows},
        "coreml": report.coreml,
        "threads": threads,
        "threads_shown": threads or ["1", "2"],
        "quality_key": "top1" if trained else "agreement",
        "quality": "top-1 accuracy" if trained else "same answer as Keras",
        "no_accuracy": next((v.no_accuracy for v in variants if v.no_accuracy), ""),
        "absent": [row for row in rows if row.recipe not in recipes],
        "notes": [row for row in rows if row.note],
        "claims": _claims(report.published.claims if report.published else ()),
        "calibrations": [_calibration(found, report) for found in report.calibrations],
        "searches": [_search(found) for found in report.searches],
        "worst_layers": [_worst(v.title, v.layers) for v in variants if v.layers],
        "ops": _ops(variants),
        "classes": _classes(report),
        "baseline_title": report.baseline_variant.title,
    }


def _claims(claims: Sequence[published.Claim]) -> list[ClaimRow]:
    rows: dict[str, ClaimRow] = {}
    for claim in claims:
        row = rows.setdefault(claim.recipe, ClaimRow(claim.title, claim.recipe, {}))
        row.by_metric[claim.metric] = claim
    return list(rows.values())


def _worst(title: str, comparison: layer_error.LayerErrors) -> WorstLayers:
    noisy = [layer for layer in comparison.layers if layer.sqnr_db is not None]
    noisy.sort(key=lambda layer: layer.sqnr_db or 0.0)
    return WorstLayers(
        title,
        comparison.images,
        len(comparison.layers),
        comparison.unmatched,
        noisy[:_WORST_LAYERS],
    )


def _calibration(found: calibration_ranges.Report, report: model.Report) -> CalibrationRow:
    stretched = sorted(found.ranges, key=lambda each: -each.outlier_ratio)
    left = sorted(found.ranges, key=lambda each: -each.evaluation.clipped)
    return CalibrationRow(
        title=found.variant.removeprefix(report.model.name + "_"),
        report=found,
        outliers=sum(each.outlier for each in found.ranges),
        stretched=stretched[:_WORST_LAYERS],
        left=[each for each in left if each.evaluation.clipped][:_WORST_LAYERS],
    )


def _search(found: lock.Lock) -> SearchTable:
    rows = []
    for tried in found.trace:
        won = tried.outcome.point == found.winner.point
        verdict = "the winner" if won else tried.rejected or "keeps the bounds"
        values = ", ".join(f"{k} {v}" for k, v in json.loads(tried.values).items())
        rows.append(TrialRow(values, tried.outcome, verdict, won))

    def key(row: TrialRow) -> tuple[bool, bool, float]:
        figure = getattr(row.outcome, found.goal)
        return not row.won, figure is None, figure or 0.0

    bounds = {name: bound for name, bound in vars(found.bounds).items() if bound is not None}
    return SearchTable(
        name=found.compression.name,
        space_points=found.space_points,
        goal_text=_words(found.goal),
        bound_text=", ".join(f"{_words(name)} at most {bound:g}" for name, bound in bounds.items()),
        machine=found.machine,
        rows=sorted(rows, key=key),
    )


def _words(figure: str) -> str:
    return figure.replace("_", " ").replace("top1", "top-1")


def _ops(variants: Sequence[model.Variant]) -> list[OpRow]:
    counts = [{(op.name, op.version): op.count for op in v.ops} for v in variants]
    keys = sorted({key for each in counts for key in each})
    return [OpRow(*key, [each.get(key, 0) for each in counts]) for key in keys]


def _classes(report: model.Report) -> ClassTable | None:
    """Return the recall of each class in each variant; None without accuracy."""
    rows = []
    for index, own in enumerate(report.baseline_variant.classes):
        recalls = [v.classes[index].recall for v in report.variants]
        known = [recall for recall in recalls if recall is not None]
        loss = (own.recall or 0.0) - min(known) if known else 0.0
        rows.append(RecallRow(own, recalls, loss))
    if not rows:
        return None
    shown = rows
    if len(rows) > _MANY_CLASSES:
        shown = sorted(rows, key=lambda row: -row.loss)[:_SHOWN_CLASSES]
    return ClassTable(shown, len(rows), len(shown) < len(rows))
