"""Derives the values that both templates show from report.json."""

import json
from typing import Any

from model_press.report import formats

_WORST_LAYERS = 4
# With more classes a table of all is no longer read: those that lose most are shown.
_MANY_CLASSES = 30
_SHOWN_CLASSES = 10


def context(report: dict[str, Any]) -> dict[str, Any]:
    """Return the values for the templates: the report itself and the tables that are derived from it."""
    variants = report["variants"]
    threads = sorted({t for v in variants for t in v["latency_ms"]}, key=int)
    trained = any(v["top1"] is not None for v in variants)
    published = report["published"] or {"rows": [], "claims": []}
    by_recipe = {row["recipe"]: row for row in published["rows"]}
    return {
        "report": report,
        "rows": [
            {
                **variant,
                "recipe_title": _title(variant, report),
                "is_baseline": variant["name"] == report["baseline"],
                "published": by_recipe.get(variant["recipe"]),
            }
            for variant in variants
        ],
        "coreml": [{**row, "recipe_title": _title(row, report)} for row in report["coreml"]],
        "threads": threads,
        "threads_shown": threads or ["1", "2"],
        "quality_key": "top1" if trained else "agreement",
        "quality": "top-1 accuracy" if trained else "same answer as Keras",
        "no_accuracy": next((v["no_accuracy"] for v in variants if v["no_accuracy"]), ""),
        "absent": [row for row in published["rows"] if row["recipe"] not in _recipes(variants)],
        "notes": [row for row in published["rows"] if row["note"]],
        "claims": _claims(published["claims"]),
        "calibrations": [_calibration(found, report) for found in report["calibrations"]],
        "searches": [_search(found) for found in report["searches"]],
        "worst_layers": [_worst(v, report) for v in variants if v["layers"]],
        "ops": _ops(variants),
        "classes": _classes(report),
        "baseline_title": _title(_baseline(report), report),
        "formats": formats,
    }


def _claims(claims: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return one row a variant: its title, recipe and the claims by metric."""
    rows: dict[str, dict[str, Any]] = {}
    for claim in claims:
        row = rows.setdefault(
            claim["recipe"], {"title": claim["title"], "recipe": claim["recipe"], "by_metric": {}}
        )
        row["by_metric"][claim["metric"]] = claim
    return list(rows.values())


def _recipes(variants: list[dict[str, Any]]) -> set[str]:
    return {variant["recipe"] for variant in variants}


def _baseline(report: dict[str, Any]) -> dict[str, Any]:
    return next(v for v in report["variants"] if v["name"] == report["baseline"])


def _title(variant: dict[str, Any], report: dict[str, Any]) -> str:
    """Return the variant's name without the model's in front."""
    title: str = variant["name"].removeprefix(report["model"]["name"] + "_")
    return title


def _worst(variant: dict[str, Any], report: dict[str, Any]) -> dict[str, Any]:
    """Return the layers of a variant with the lowest signal to error."""
    comparison = variant["layers"]
    noisy = [layer for layer in comparison["layers"] if layer["sqnr_db"] is not None]
    noisy.sort(key=lambda layer: layer["sqnr_db"])
    return {
        "title": _title(variant, report),
        "images": comparison["images"],
        "count": len(comparison["layers"]),
        "unmatched": comparison["unmatched"],
        "layers": noisy[:_WORST_LAYERS],
    }


def _calibration(found: dict[str, Any], report: dict[str, Any]) -> dict[str, Any]:
    """Return a calibrated variant: the activations with the worst outliers, and those that evaluation leaves."""
    ranges = found["ranges"]
    stretched = sorted(ranges, key=lambda each: -each["outlier_ratio"])
    left = sorted(ranges, key=lambda each: -each["evaluation"]["clipped"])
    return {
        **found,
        "title": _title({"name": found["variant"]}, report),
        "outliers": sum(each["outlier"] for each in ranges),
        "stretched": stretched[:_WORST_LAYERS],
        "left": [each for each in left if each["evaluation"]["clipped"]][:_WORST_LAYERS],
    }


def _search(found: dict[str, Any]) -> dict[str, Any]:
    """Return a search: its bounds in words, and its trials with the winner first, then by the goal."""
    bounds = {name: bound for name, bound in found["bounds"].items() if bound is not None}
    rows = []
    for tried in found["trace"]:
        won = tried["outcome"]["point"] == found["winner"]["point"]
        verdict = "the winner" if won else tried["rejected"] or "keeps the bounds"
        values = ", ".join(f"{k} {v}" for k, v in json.loads(tried["values"]).items())
        rows.append({**tried["outcome"], "fields": values, "verdict": verdict, "won": won})

    def key(row: dict[str, Any]) -> tuple[bool, bool, float]:
        figure = row[found["goal"]]
        return not row["won"], figure is None, figure or 0.0

    return {
        **found,
        "name": found["compression"]["name"],
        "rows": sorted(rows, key=key),
        "bound_text": ", ".join(
            f"{_words(name)} at most {bound:g}" for name, bound in bounds.items()
        ),
        "goal_text": _words(found["goal"]),
    }


def _words(figure: str) -> str:
    return figure.replace("_", " ").replace("top1", "top-1")


def _ops(variants: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return one row an operator and version, with the number of nodes in each variant."""
    keys = sorted({(op["name"], op["version"]) for v in variants for op in v["ops"]})
    counts = [{(op["name"], op["version"]): op["count"] for op in v["ops"]} for v in variants]
    return [
        {
            "name": name,
            "version": version,
            "counts": [each.get((name, version), 0) for each in counts],
        }
        for name, version in keys
    ]


def _classes(report: dict[str, Any]) -> dict[str, Any] | None:
    """Return the recall and main confusion of each class in each variant, or None without accuracy."""
    base = _baseline(report)
    if not base["classes"]:
        return None
    rows = []
    for index, own in enumerate(base["classes"]):
        recalls = [v["classes"][index]["recall"] for v in report["variants"]]
        known = [recall for recall in recalls if recall is not None]
        loss = own["recall"] - min(known) if known else 0.0
        rows.append({**own, "recalls": recalls, "loss": loss})
    shown = rows
    if len(rows) > _MANY_CLASSES:
        shown = sorted(rows, key=lambda row: -row["loss"])[:_SHOWN_CLASSES]
    return {"rows": shown, "all": len(rows), "part": len(shown) < len(rows)}
