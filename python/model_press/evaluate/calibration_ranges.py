"""calibration-ranges: compares each activation's calibrated range with the range that images need.

A static variant can hold values between the smallest and largest that calibration saw, no others. One outlier stretches
that range and leaves few codes for all other values; a value beyond it is cut off. The true values come from the same
model in float, run by the built-in kernels with every tensor kept.

The JSON (`Report` below, schema_version 1) is what `calibration_report` builds.
"""

import dataclasses
import os
from collections.abc import Iterator
from typing import Literal

import numpy as np

from model_press.formats import manifest, strict_json
from model_press.formats.errors import UserError
from model_press.images import outputs_file, preprocess
from model_press.process import progress
from model_press.tflite import layers, reader
from model_press.tflite.interpreter import DebugInterpreter

# The percentile of absolute values that a range is compared with.
PERCENTILE = 99.9
# A range this many times the 99.9th percentile is stretched by outliers: two of eight bits are lost.
OUTLIER_RATIO = 4.0
# Values of one image that the percentile is taken of; minimum, maximum and clipped shares use all of them.
_SAMPLED = 20_000
# Half a step beyond the last code still rounds to it.
_ROUNDING = 0.5
_MIN_MATCHED = 0.5
# From here on calibration has not seen what the model meets: of all values, or of one activation's.
_MAX_CLIPPED = 0.01
_MAX_CLIPPED_IN_ONE = 0.05


@dataclasses.dataclass(frozen=True)
class Observed:
    """Values of a tensor over a set of images. clipped: the share outside the calibrated range, 0 to 1."""

    minimum: float
    maximum: float
    percentile_99_9: float
    clipped: float


@dataclasses.dataclass(frozen=True)
class Range:
    """One activation. calibrated_minimum, -maximum: the smallest and largest value that its range holds.

    outlier_ratio: the larger of their absolute values by the 99.9th percentile of absolute values on the
    calibration images (1 is tight; 4 loses two bits to outliers). layer: where it is written.
    """

    tensor: str
    layer: str
    dtype: str
    calibrated_minimum: float
    calibrated_maximum: float
    outlier_ratio: float
    outlier: bool
    calibration: Observed
    evaluation: Observed


@dataclasses.dataclass(frozen=True)
class Report:
    """All activations of a variant in graph order.

    percentile: what percentile_99_9 stands for. outlier_ratio_limit: from where on `outlier` is true.
    clipped: the share of all evaluation values outside their calibrated range. unmatched: activations that
    the float model does not have under the same name.
    """

    schema_version: Literal[1]
    variant: str
    recipe: str
    float_variant: str
    calibration_images: int
    evaluation_images: int
    percentile: float
    outlier_ratio_limit: float
    clipped: float
    ranges: tuple[Range, ...]
    unmatched: tuple[str, ...]


@dataclasses.dataclass
class _Values:
    """Statistics of a tensor's values, gathered while images pass."""

    low: float
    high: float
    step: float
    minimum: float = np.inf
    maximum: float = -np.inf
    outside: int = 0
    count: int = 0
    sampled: list[np.ndarray] = dataclasses.field(default_factory=list)

    def add(self, values: np.ndarray) -> None:
        flat = values.ravel()
        margin = _ROUNDING * self.step
        self.minimum = min(self.minimum, float(flat.min()))
        self.maximum = max(self.maximum, float(flat.max()))
        self.outside += int(
            np.count_nonzero((flat < self.low - margin) | (flat > self.high + margin))
        )
        self.count += flat.size
        self.sampled.append(np.abs(flat[:: max(1, flat.size // _SAMPLED)]))

    def observed(self) -> Observed:
        high = float(np.percentile(np.concatenate(self.sampled), PERCENTILE))
        return Observed(
            _short(self.minimum),
            _short(self.maximum),
            _short(high),
            _short(self.outside / self.count),
        )


def report(
    model: str | os.PathLike[str],
    description: manifest.TfliteManifest,
    float_model: str | os.PathLike[str],
    float_description: manifest.TfliteManifest,
    calibration_path: str | os.PathLike[str],
    evaluation_path: str | os.PathLike[str],
    count: int,
) -> Report:
    """Compare a static variant's ranges with the float variant's values.

    Args:
      model, description: the static variant (int8 or int16 activations) and its manifest.
      float_model, float_description: a float variant of the same Keras model.
      calibration_path, evaluation_path: uint8 RGB pixels [N, H, W, 3] of the model's size.
      count: images to use of each, evenly spread.
    Raises:
      UserError: no static variant, or a float variant of another model.
    """
    manifest.verify_file(description.model.sha256, model, "model")
    manifest.verify_file(float_description.model.sha256, float_model, "float model")
    if not description.recipe.quantized_activations:
        raise UserError(
            f"{description.name} (recipe {description.recipe.name}) has float activations, which have no calibrated "
            "range; name a variant with int8 or int16 activations"
        )
    tensors = _activations(reader.read(model))
    reference = {t.name: t for t in reader.read(float_model).tensors if not t.bytes}
    matched = [t for t in tensors if _same(t, reference.get(t.name))]
    if len(matched) < _MIN_MATCHED * len(tensors):
        raise UserError(
            f"{float_description.name} has {len(matched)} of the {len(tensors)} activations of {description.name}; "
            "name a float variant of the same model"
        )
    indices = {t.name: reference[t.name].index for t in matched}
    shape = float_description.input.shape
    sets = []
    runner = DebugInterpreter(float_model)
    for path, what in ((calibration_path, "calibration"), (evaluation_path, "evaluation")):
        pixels = outputs_file.read_images(path, shape[1], shape[2])
        chosen = pixels[np.linspace(0, len(pixels) - 1, min(count, len(pixels))).astype(int)]
        values = {t.name: _Values(*_limits(t)) for t in matched}
        for image in progress.track(chosen, what):
            runner.run(preprocess.encode_input(image[None], float_description))
            for name, index in indices.items():
                values[name].add(runner.tensor(index))
        sets.append((values, len(chosen)))
    (calibration, used), (evaluation, evaluated) = sets
    outside = sum(v.outside for v in evaluation.values())
    return Report(
        schema_version=1,
        variant=description.name,
        recipe=description.recipe.name,
        float_variant=float_description.name,
        calibration_images=used,
        evaluation_images=evaluated,
        percentile=PERCENTILE,
        outlier_ratio_limit=OUTLIER_RATIO,
        clipped=_short(outside / max(1, sum(v.count for v in evaluation.values()))),
        ranges=tuple(_range(t, calibration[t.name], evaluation[t.name]) for t in matched),
        unmatched=tuple(t.name for t in tensors if t.name not in indices),
    )


def read(path: str | os.PathLike[str]) -> Report:
    """Read and validate a report."""
    return strict_json.read(Report, path, "calibration report")


def warnings(found: Report) -> Iterator[str]:
    """Return a line if evaluation leaves the calibrated ranges by more than rounding, worst layers first."""
    bad = [r for r in found.ranges if r.evaluation.clipped > _MAX_CLIPPED_IN_ONE]
    if not bad and found.clipped <= _MAX_CLIPPED:
        return
    worst = sorted(bad or found.ranges, key=lambda r: -r.evaluation.clipped)[:3]
    layers_ = ", ".join(f"{r.layer} ({r.evaluation.clipped:.1%})" for r in worst)
    yield (
        f"{found.clipped:.2%} of the values of {found.evaluation_images} evaluation images lie outside the ranges that "
        f"calibration fixed for {found.variant}, most in {layers_}; calibrate with images like those the app will see"
    )


def _activations(file: reader.TfliteFile) -> list[reader.TensorInfo]:
    """Return the quantised tensors that nodes write, in graph order, without the graph's ends."""
    ends = {t.index for t in file.inputs + file.outputs}
    # The QUANTIZE of the input is the pixels; another one may be a rewritten activation.
    pixels = {t.index for t in file.inputs}
    written = [i for o in file.operators if not pixels & set(o.inputs) for i in o.outputs]
    found = (file.tensors[i] for i in dict.fromkeys(written) if i not in ends)
    return [t for t in found if len(t.scales) == 1 and t.dtype in ("int8", "uint8", "int16")]


def _same(tensor: reader.TensorInfo, other: reader.TensorInfo | None) -> bool:
    return other is not None and other.shape == tensor.shape and other.dtype == "float32"


def _limits(tensor: reader.TensorInfo) -> tuple[float, float, float]:
    """Return (smallest value, largest value, step)."""
    limits = np.iinfo(tensor.dtype)
    scale, zero = tensor.scales[0], tensor.zero_points[0]
    return (limits.min - zero) * scale, (limits.max - zero) * scale, scale


def _range(tensor: reader.TensorInfo, seen: _Values, needed: _Values) -> Range:
    low, high, _ = _limits(tensor)
    observed = seen.observed()
    usual = observed.percentile_99_9
    ratio = max(abs(low), abs(high)) / usual if usual > 0 else 1.0
    return Range(
        tensor=tensor.name,
        layer=layers.layer_of(tensor.name),
        dtype=tensor.dtype,
        calibrated_minimum=_short(low),
        calibrated_maximum=_short(high),
        outlier_ratio=_short(ratio),
        outlier=ratio >= OUTLIER_RATIO,
        calibration=observed,
        evaluation=needed.observed(),
    )


def _short(value: float) -> float:
    """Round to four significant digits: float32 sums in another order agree in these."""
    return float(f"{value:.4g}")
