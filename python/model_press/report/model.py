"""The report's data model, which report.json holds.

Sizes and memory are in bytes, times in milliseconds, accuracy, shares and ratios are fractions. A figure that was not
measured, or that the format does not have, is null.
"""

import dataclasses
from collections.abc import Mapping
from typing import Literal

from model_press.evaluate import calibration_ranges, layer_error, summary
from model_press.formats import manifest, metrics
from model_press.report import published
from model_press.search import lock

SCHEMA_VERSION = 1


@dataclasses.dataclass(frozen=True)
class Model:
    """The Keras model that the variants are made from."""

    name: str
    keras: str
    sha256: str
    parameters: int
    input_shape: tuple[int, ...]
    classes: int
    trained: bool


@dataclasses.dataclass(frozen=True)
class Images:
    """The images that accuracy and agreement are measured on; `labelled` of them have a label."""

    name: str
    count: int
    labelled: int


@dataclasses.dataclass(frozen=True)
class Ratios:
    """Figures divided by the baseline's.

    Attributes:
      latency: with the smallest number of threads.
      latency_by_threads: by the number of threads.
      memory_above_base: peak memory above the runtime's own.
      memory: the whole peak.
    """

    size: float | None
    zipped: float | None
    latency: float | None
    latency_by_threads: Mapping[str, float]
    memory_above_base: float | None
    memory: float | None


@dataclasses.dataclass(frozen=True)
class Latency(metrics.Latency):
    """The latency with one number of threads."""

    load_ms: float
    first_ms: float


@dataclasses.dataclass(frozen=True)
class UndelegatedOps:
    """The operators of one kind outside the delegate.

    Attributes:
      share: of the whole latency, timed alone; None where one of them was not timed.
      outputs: the tensors that they write.
    """

    op: str
    count: int
    share: float | None
    outputs: tuple[str, ...]


@dataclasses.dataclass(frozen=True)
class Delegation:
    """The delegate's part of the graph, with the smallest number of threads."""

    delegate: str
    partitions: int
    outside: tuple[UndelegatedOps, ...]


@dataclasses.dataclass(frozen=True)
class Measured:
    """Measurements on one machine, as the apps run the model: with the delegate where it takes an operator.

    Attributes:
      latency_ms: the median by the number of threads; empty where not measured.
      latency: the same in detail.
      peak_memory_bytes, base_memory_bytes: of the run with the smallest number of threads.
    """

    latency_ms: Mapping[str, float]
    latency: Mapping[str, Latency]
    latency_without_delegate_ms: Mapping[str, float]
    peak_memory_bytes: int | None
    base_memory_bytes: int | None
    delegation: Delegation | None
    ratios: Ratios


@dataclasses.dataclass(frozen=True)
class Quality:
    """Answers on the images. `top1_drop` is the loss of accuracy against the baseline."""

    top1: float | None
    top1_drop: float | None
    top5: float | None
    no_accuracy: str
    agreement: summary.Agreement
    distinct_top1: int
    distinct_codes: int
    classes: tuple[summary.ClassRow, ...]


@dataclasses.dataclass(frozen=True)
class Keras(Measured, Quality):
    """Row zero: the Keras model. `bytes` and `h5_bytes` are None for a SavedModel."""

    name: str
    title: str
    bytes: int | None
    h5_bytes: int | None


@dataclasses.dataclass(frozen=True)
class UncompressedWeights:
    """Tensors that stay uncompressed for one reason; `share` is of the bytes of all constants."""

    why: str
    count: int
    share: float
    tensors: tuple[str, ...]


@dataclasses.dataclass(frozen=True)
class Weights:
    """The constants of a .tflite.

    Attributes:
      tensors, compressed: the number of all constants and of the compressed ones.
      compressed_share: of the bytes of all constants.
      zeros: the share of the kernels' elements that are zero.
      by_type: the share of the bytes of each element type.
      kept: the uncompressed constants by reason, the largest share first.
    """

    tensors: int
    compressed: int
    compressed_share: float
    zeros: float
    by_type: Mapping[str, float]
    kept: tuple[UncompressedWeights, ...]


@dataclasses.dataclass(frozen=True)
class Variant(Measured, Quality):
    """A variant in one format.

    Attributes:
      title: the name without the model's.
      zipped_bytes, apk_bytes, weights, layers, ops, custom_ops, minimum_runtime: of a .tflite only; layers is None
        for the baseline.
      coverage, compute, minimum_ios: of a Core ML package only; coverage is the share of the weights' elements
        that are stored compressed.
    """

    name: str
    title: str
    format: Literal["tflite", "mlpackage"]
    recipe: str
    sha256: str
    bytes: int
    zipped_bytes: int | None = None
    apk_bytes: int | None = None
    weights: Weights | None = None
    layers: layer_error.LayerErrors | None = None
    ops: tuple[manifest.OpUse, ...] = ()
    custom_ops: tuple[str, ...] = ()
    minimum_runtime: str | None = None
    coverage: float | None = None
    compute: str | None = None
    minimum_ios: str | None = None


@dataclasses.dataclass(frozen=True)
class DeviceVariant(Measured):
    """A variant, or the Keras model, on another machine. Ratios are to the baseline on that machine."""

    name: str
    recipe: str


@dataclasses.dataclass(frozen=True)
class Device:
    """Measurements of another machine: a phone or a Raspberry Pi."""

    machine: metrics.Machine
    runtime: metrics.Runtime | None
    variants: tuple[DeviceVariant, ...]


@dataclasses.dataclass(frozen=True)
class Published(published.Published):
    """Published figures, and whether their claims hold here."""

    claims: tuple[published.Claim, ...]


@dataclasses.dataclass(frozen=True)
class Report:
    """The whole report.

    Attributes:
      machine, runtime: of the measurements; None without any.
      baseline: name of the variant that ratios refer to.
      variants: in TensorFlow Lite, the baseline first, then by falling size.
      coreml: in Core ML, by falling size.
    """

    schema_version: int
    label: str
    machine: metrics.Machine | None
    runtime: metrics.Runtime | None
    model: Model
    images: Images
    baseline: str
    keras: Keras
    variants: tuple[Variant, ...]
    coreml: tuple[Variant, ...]
    calibrations: tuple[calibration_ranges.Report, ...]
    searches: tuple[lock.Lock, ...]
    devices: tuple[Device, ...]
    published: Published | None

    @property
    def baseline_variant(self) -> Variant:
        return next(variant for variant in self.variants if variant.name == self.baseline)
