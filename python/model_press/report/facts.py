"""facts.json: everything in a report that the build computes, so that rendering needs no model."""

import dataclasses
import os

from model_press.evaluate import calibration_ranges, layer_error, summary, variant_facts
from model_press.formats import model_info, strict_json
from model_press.formats.errors import UserError
from model_press.report import coreml, published
from model_press.search import lock


@dataclasses.dataclass(frozen=True)
class KerasFacts:
    """Row zero. keras_bytes and h5_bytes are None for a SavedModel."""

    name: str
    keras: str
    sha256: str
    parameters: int
    input_shape: tuple[int, ...]
    classes: int
    trained: bool
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
class Facts:
    """The whole file. baseline: name of the variant that ratios refer to. images: name of the image set."""

    schema_version: int
    label: str
    images: str
    baseline: str
    keras: KerasFacts
    variants: tuple[Entry, ...]
    published: published.Published | None
    coreml: tuple[coreml.CoremlFacts, ...]
    calibrations: tuple[calibration_ranges.Report, ...]
    searches: tuple[lock.Lock, ...]

    @property
    def baseline_entry(self) -> Entry:
        return next(entry for entry in self.variants if entry.facts.name == self.baseline)


def collect(
    label: str,
    images: str,
    baseline: str,
    info: model_info.ModelInfo,
    sizes: dict[str, int | None],
    keras_summary: summary.Summary,
    variants: tuple[Entry, ...],
    article: published.Published | None,
    packages: tuple[coreml.CoremlFacts, ...] = (),
    calibrations: tuple[calibration_ranges.Report, ...] = (),
    searches: tuple[lock.Lock, ...] = (),
) -> Facts:
    """Combine the results of the single actions.

    Raises:
      UserError: two variants of one name, or a baseline that is none of them.
    """
    names = [entry.facts.name for entry in variants]
    given = names + [package.name for package in packages]
    for name in given:
        if given.count(name) > 1:
            raise UserError(f"variant {name} is given {given.count(name)} times, expected once")
    if baseline not in names:
        raise UserError(f"baseline {baseline} is not among the variants {', '.join(names)}")
    for entry in variants:
        if entry.summary.subject != entry.facts.name:
            raise UserError(
                f"the evaluation is of {entry.summary.subject}, but the file is {entry.facts.name}; give both of "
                "one variant"
            )
    for calibration in calibrations:
        if calibration.variant not in names:
            raise UserError(
                f"the calibration report is of {calibration.variant}, expected one of {', '.join(names)}"
            )
    keras = KerasFacts(
        info.name,
        info.keras,
        info.sha256,
        info.parameters,
        info.input.shape[1:],
        info.classes,
        info.trained,
        sizes["keras_bytes"],
        sizes["h5_bytes"],
        keras_summary,
    )
    return Facts(
        1, label, images, baseline, keras, variants, article, packages, calibrations, searches
    )


def read(path: str | os.PathLike[str]) -> Facts:
    """Read and validate facts."""
    return strict_json.read(Facts, path, "report facts")
