"""The results of an inspection. `--json` writes this, so a change of meaning raises the schema version."""

import dataclasses
from typing import Final, Literal

SCHEMA_VERSION: Final = 2
Severity = Literal["error", "slow", "large", "risk", "note"]


@dataclasses.dataclass(frozen=True)
class FileFacts:
    """The file. zipped_exact: False where zipped_bytes is extrapolated from samples of a big file."""

    name: str
    bytes: int
    zipped_bytes: int
    zipped_exact: bool
    sha256: str


@dataclasses.dataclass(frozen=True)
class Port:
    """An input or output of the model. scale is 0 if the tensor is not quantised; -1 in shape is dynamic."""

    name: str
    shape: tuple[int, ...]
    dtype: str
    scale: float
    zero_point: int


@dataclasses.dataclass(frozen=True)
class OpCount:
    """An operator version and how many nodes use it. flex: it needs full TensorFlow."""

    name: str
    version: int
    count: int
    custom: bool
    flex: bool


@dataclasses.dataclass(frozen=True)
class Weights:
    """The constants of one element type. zeros: the share of their elements that is zero, 0 to 1."""

    dtype: str
    bytes: int
    tensors: int
    elements: int
    zeros: float


@dataclasses.dataclass(frozen=True)
class WeightTensor:
    """One constant with many elements. sparse: stored without its zeros (TFLite's sparse encoding)."""

    name: str
    layer: str
    shape: tuple[int, ...]
    dtype: str
    bytes: int
    zeros: float
    sparse: bool
    scales: int


@dataclasses.dataclass(frozen=True)
class DequantizedOps:
    """Float operators that an integer graph enters and leaves: layer is that of their first output."""

    ops: tuple[str, ...]
    layer: str


@dataclasses.dataclass(frozen=True)
class Quantization:
    """How the model is quantized.

    kind: in words. per_channel, per_tensor: weights of convolutions and dense layers, by number of scales.
    """

    kind: str
    activations: str
    per_channel: int
    per_tensor: int
    dequantized_ops: tuple[DequantizedOps, ...]


@dataclasses.dataclass(frozen=True)
class UndelegatedOp:
    """A node that XNNPACK leaves to the built-in kernels.

    alone_ms: least processor time of this operator alone in a model of its own, one thread; null where it was not
    timed. share: of the whole model's processor time on one thread, an estimate. why: the reason, in words.
    """

    op: str
    layer: str
    tensor: str
    why: str
    alone_ms: float | None
    share: float | None


@dataclasses.dataclass(frozen=True)
class Running:
    """Runs the model with LiteRT on this machine: partitions, operators outside them, and their cost.

    latency_ms: median of one inference with XNNPACK, null where it was not run.
    """

    runtime: str
    cpu: str
    threads: int
    failure: str
    nodes: int
    partitions: int
    latency_ms: float | None
    undelegated: tuple[UndelegatedOp, ...]


@dataclasses.dataclass(frozen=True)
class Loader:
    """Whether a runtime loads the model; reasons: the missing operators."""

    runtime: str
    loads: bool
    reasons: tuple[str, ...]


@dataclasses.dataclass(frozen=True)
class Finding:
    """One finding: the fact, the reason and the advice. share: of the run time, if known."""

    severity: Severity
    what: str
    why: str
    do: str
    share: float | None = None


@dataclasses.dataclass(frozen=True)
class Inspection:
    """All of it. minimum_runtime: the oldest TensorFlow Lite release with all operator versions."""

    schema_version: Literal[2]
    file: FileFacts
    inputs: tuple[Port, ...]
    outputs: tuple[Port, ...]
    subgraphs: int
    operators: tuple[OpCount, ...]
    weights: tuple[Weights, ...]
    weight_tensors: tuple[WeightTensor, ...]
    quantization: Quantization
    running: Running | None
    minimum_runtime: str
    loaders: tuple[Loader, ...]
    findings: tuple[Finding, ...]
