"""Reads the Core ML variants of a report: contents of the packages and results of the evaluator."""

import dataclasses
import os
from typing import Any

from model_press.evaluate import summary
from model_press.formats import manifest, metrics, strict_json
from model_press.formats.errors import UserError


@dataclasses.dataclass(frozen=True)
class CoremlFacts:
    """One package. bytes: of all its files; coverage: share of the weights' elements that are stored compressed."""

    name: str
    recipe: str
    sha256: str
    bytes: int
    coverage: float
    compute: str
    minimum_ios: str
    summary: summary.Summary


def read(
    manifest_path: str | os.PathLike[str], summary_path: str | os.PathLike[str]
) -> CoremlFacts:
    """Join a variant's manifest and the summary of its answers.

    Raises:
      UserError: the two are of different variants.
    """
    described = manifest.read_coreml(manifest_path)
    found = summary.read(summary_path)
    if found.subject != described.name:
        raise UserError(
            f"the evaluation is of {found.subject}, but the package is {described.name}; give both of one variant"
        )
    return CoremlFacts(
        described.name,
        metrics.recipe_of(described),
        described.model.sha256,
        described.model.bytes,
        described.coverage,
        described.recipe.compute,
        described.requires.minimum_ios,
        found,
    )


def row(facts: CoremlFacts, baseline_bytes: int, top1_drop: float | None) -> dict[str, Any]:
    """Return the variant's object in report.json: bytes, fractions, and ratios to the report's baseline."""
    return {
        "name": facts.name,
        "recipe": facts.recipe,
        "sha256": facts.sha256,
        "bytes": facts.bytes,
        "coverage": facts.coverage,
        "compute": facts.compute,
        "minimum_ios": facts.minimum_ios,
        "top1": facts.summary.top1,
        "top1_drop": top1_drop,
        "top5": facts.summary.top5,
        "no_accuracy": facts.summary.no_accuracy,
        "agreement": strict_json.to_json(facts.summary.agreement),
        "distinct_top1": facts.summary.distinct_top1,
        "ratios": {"size": round(facts.bytes / baseline_bytes, 4)},
    }
