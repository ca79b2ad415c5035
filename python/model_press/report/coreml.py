"""Reads the Core ML variants of a report: contents of the packages and results of the evaluator."""

import dataclasses
import os

from model_press.evaluate import summary
from model_press.formats import manifest, metrics
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
