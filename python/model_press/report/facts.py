"""facts.json: everything in a report that the build computes, so that rendering needs no model."""

import dataclasses
import os

from model_press.evaluate import calibration_ranges, layer_error, summary, variant_facts
from model_press.formats import manifest, metrics, model_info, strict_json
from model_press.formats.errors import UserError
from model_press.report import model, published
from model_press.search import lock


@dataclasses.dataclass(frozen=True)
class KerasFacts:
    """The Keras model's files and outputs. keras_bytes and h5_bytes are None for a SavedModel."""

    keras_bytes: int | None
    h5_bytes: int | None
    summary: summary.Summary


@dataclasses.dataclass(frozen=True)
class Entry:
    """One variant. layers is None for the baseline itself."""

    facts: variant_facts.VariantFacts
    summary: summary.Summary
    layers: layer_error.LayerErrors | None


@dataclasses.dataclass(frozen=True)
class CoremlFacts:
    """A Core ML package. bytes: of all its files; coverage: share of the weights' elements stored compressed."""

    name: str
    recipe: str
    sha256: str
    bytes: int
    coverage: float
    compute: str
    minimum_ios: str
    summary: summary.Summary


@dataclasses.dataclass(frozen=True)
class Facts:
    """The whole file. baseline: name of the variant that ratios refer to. images: name of the image set."""

    schema_version: int
    label: str
    images: str
    baseline: str
    model: model.Model
    keras: KerasFacts
    variants: tuple[Entry, ...]
    published: published.Published | None
    coreml: tuple[CoremlFacts, ...]
    calibrations: tuple[calibration_ranges.Report, ...]
    searches: tuple[lock.Lock, ...]

    @property
    def baseline_entry(self) -> Entry:
        return next(entry for entry in self.variants if entry.facts.name == self.baseline)


def model_of(info: model_info.ModelInfo) -> model.Model:
    """Return what a report says of the Keras model."""
    return model.Model(
        info.name,
        info.keras,
        info.sha256,
        info.parameters,
        info.input.shape[1:],
        info.classes,
        info.trained,
    )


def check(found: Facts) -> None:
    """Check that the results of the single actions fit together.

    Raises:
      UserError: two variants of one name, a baseline that is none of them, or a result of another variant.
    """
    names = [entry.facts.name for entry in found.variants]
    given = names + [package.name for package in found.coreml]
    for name in given:
        if given.count(name) > 1:
            raise UserError(f"variant {name} is given {given.count(name)} times, expected once")
    if found.baseline not in names:
        raise UserError(f"baseline {found.baseline} is not among the variants {', '.join(names)}")
    for entry in found.variants:
        _require_subject(entry.summary, entry.facts.name)
    for calibration in found.calibrations:
        if calibration.variant not in names:
            raise UserError(
                f"the calibration report is of {calibration.variant}, expected one of {', '.join(names)}"
            )


def read_coreml(
    manifest_path: str | os.PathLike[str], summary_path: str | os.PathLike[str]
) -> CoremlFacts:
    """Join the manifest of a Core ML package and the summary of its outputs; UserError if of different variants."""
    described = manifest.read_coreml(manifest_path)
    found = summary.read(summary_path)
    _require_subject(found, described.name)
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


def _require_subject(found: summary.Summary, name: str) -> None:
    if found.subject != name:
        raise UserError(
            f"the evaluation is of {found.subject}, but the file is {name}; give both of one variant"
        )


def read(path: str | os.PathLike[str]) -> Facts:
    """Read and validate facts."""
    return strict_json.read(Facts, path, "report facts")
