"""Per-layer quantisation error: every activation of a variant against the same one of the float variant.

The error is the accumulated one, as it arrives at a layer when the whole quantised graph runs, not the error that
the layer would add alone. Both graphs run on the built-in kernels, which keep every tensor; a delegate would not.
"""

import dataclasses
import math
import os
from collections.abc import Iterable, Mapping

import numpy as np

from model_press.formats import manifest, strict_json
from model_press.images import outputs_file, preprocess
from model_press.process import progress
from model_press.tflite import reader
from model_press.tflite.interpreter import DebugInterpreter


@dataclasses.dataclass(frozen=True)
class LayerError:
    """One activation tensor that both graphs have under the same name.

    sqnr_db: signal to quantisation noise, 10 log10(sum x^2 / sum (x - y)^2) over all images, dB; None where the two are
    equal. mean_abs_error, max_abs_error and range (largest minus smallest float value) in the tensor's own unit.
    saturated: share of the codes at either limit of the element type, 0 for a float tensor.
    """

    tensor: str
    op: str
    dtype: str
    sqnr_db: float | None
    mean_abs_error: float
    max_abs_error: float
    range: float
    saturated: float


@dataclasses.dataclass(frozen=True)
class LayerErrors:
    """All layers in graph order. unmatched: activations of the variant that the baseline does not have."""

    schema_version: int
    variant: str
    baseline: str
    images: int
    unmatched: int
    layers: tuple[LayerError, ...]


class _Runner:
    """A .tflite whose every tensor can be read after a run, as real values."""

    def __init__(self, model: str | os.PathLike[str], description: manifest.TfliteManifest):
        manifest.verify_file(description.model.sha256, model, "model")
        self.description = description
        self._interpreter = DebugInterpreter(model, threads=1)
        file = reader.read(model)
        constant = {t.index for t in file.tensors if t.bytes}
        computed: dict[str, tuple[str, reader.TensorInfo]] = {}
        for op in file.operators:
            for index in op.outputs:
                # A DEQUANTIZE of a constant is a weight, not an activation.
                if not set(op.inputs) <= constant:
                    tensor = file.tensors[index]
                    computed[tensor.name] = (op.name, tensor)
        self.tensors = computed

    def run(self, image: np.ndarray) -> None:
        self._interpreter.run(preprocess.encode_input(image[None], self.description))

    def codes(self, name: str) -> np.ndarray:
        return self._interpreter.tensor(self.tensors[name][1].index)

    def values(self, name: str, codes: np.ndarray) -> np.ndarray:
        tensor = self.tensors[name][1]
        if not tensor.scales:
            return codes.astype(np.float64)
        return (codes.astype(np.float64) - tensor.zero_points[0]) * tensor.scales[0]


@dataclasses.dataclass
class _Sums:
    signal: float = 0.0
    noise: float = 0.0
    absolute: float = 0.0
    largest: float = 0.0
    low: float = math.inf
    high: float = -math.inf
    saturated: int = 0
    count: int = 0

    def add(self, real: np.ndarray, approximate: np.ndarray, saturated: int) -> None:
        difference = np.abs(real - approximate)
        self.signal += float(np.square(real).sum())
        self.noise += float(np.square(difference).sum())
        self.absolute += float(difference.sum())
        self.largest = max(self.largest, float(difference.max()))
        self.low, self.high = min(self.low, float(real.min())), max(self.high, float(real.max()))
        self.saturated += saturated
        self.count += real.size


def compare(
    model: str | os.PathLike[str],
    description: manifest.TfliteManifest,
    baseline: str | os.PathLike[str],
    baseline_description: manifest.TfliteManifest,
    images_path: str | os.PathLike[str],
    count: int,
) -> LayerErrors:
    """Run the variant and the float baseline of the same Keras model on `count` images spread over the set.

    images_path: uint8 RGB pixels [N, H, W, 3].
    """
    shape = description.input.shape
    pixels = outputs_file.read_images(images_path, shape[1], shape[2])
    chosen = np.unique(np.linspace(0, len(pixels) - 1, min(count, len(pixels))).astype(int))
    variant, reference = _Runner(model, description), _Runner(baseline, baseline_description)
    pairs = match(variant.tensors, reference.tensors)
    sums = {name: _Sums() for name in pairs}
    for index in progress.track(chosen, "layer error"):
        image = np.asarray(pixels[index])
        variant.run(image)
        reference.run(image)
        for name, other in pairs.items():
            codes = variant.codes(name)
            sums[name].add(
                reference.values(other, reference.codes(other)),
                variant.values(name, codes),
                _saturated(codes),
            )
    layers = tuple(_layer(name, *variant.tensors[name], sums[name]) for name in pairs)
    return LayerErrors(
        1,
        description.name,
        baseline_description.name,
        len(chosen),
        len(variant.tensors) - len(pairs),
        layers,
    )


def match(
    variant: Mapping[str, tuple[str, reader.TensorInfo]],
    baseline: Mapping[str, tuple[str, reader.TensorInfo]],
) -> dict[str, str]:
    """Pair the variant's activations with the baseline's: name -> name there, in graph order.

    Names agree but for the digit that the converter adds to keep them apart, so what has no namesake is paired by the
    name without digits at its end, where that is unique in both.

    Args:
      variant, baseline: tensor name -> (operator that writes it, tensor).
    """
    rest = _by_stem(name for name in baseline if name not in variant)
    own = _by_stem(name for name in variant if name not in baseline)
    pairs = {}
    for name, (_, tensor) in variant.items():
        stem = _stem(name)
        other = name
        if name not in baseline:
            if len(own[stem]) != 1 or len(rest.get(stem, [])) != 1:
                continue
            other = rest[stem][0]
        if tensor.shape == baseline[other][1].shape:
            pairs[name] = other
    return pairs


def _stem(name: str) -> str:
    return name.rstrip("0123456789")


def _by_stem(names: Iterable[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name in names:
        found.setdefault(_stem(name), []).append(name)
    return found


def _saturated(codes: np.ndarray) -> int:
    if codes.dtype.kind == "f":
        return 0
    limits = np.iinfo(codes.dtype)
    return int(((codes == limits.min) | (codes == limits.max)).sum())


def _layer(name: str, op: str, tensor: reader.TensorInfo, sums: _Sums) -> LayerError:
    sqnr = None
    if sums.noise > 0:
        sqnr = 10 * math.log10(max(sums.signal, 1e-300) / sums.noise)
    return LayerError(
        name,
        op,
        tensor.dtype,
        None if sqnr is None else round(sqnr, 3),
        _short(sums.absolute / sums.count),
        _short(sums.largest),
        _short(sums.high - sums.low),
        _short(sums.saturated / sums.count),
    )


def _short(value: float) -> float:
    """Round to six digits: more are noise, and bytes of the file."""
    return float(f"{value:.6g}")


def read(path: str | os.PathLike[str]) -> LayerErrors:
    """Read and validate a comparison."""
    return strict_json.read(LayerErrors, path, "layer errors")
