"""Reads and writes metrics.json: the measurements of one machine, a build host, a phone or a Pi."""

import dataclasses
import os
from typing import Annotated, Literal

from model_press.formats import files, manifest, strict_json
from model_press.formats.strict_json import Count, Positive, Range, Sha256

# The recipe of a record that is the Keras model itself.
KERAS = "keras"

_Ms = Annotated[float, Range(at_least=0)]


@dataclasses.dataclass(frozen=True)
class Machine:
    """Where it was measured. cpu_class is the coarse kind that gates state their bounds for (machine.py)."""

    kind: Literal["host", "android", "ios", "raspberry_pi"]
    cpu_model: str
    cpu_class: str
    isa: tuple[str, ...]
    cores: Positive
    memory_bytes: Positive
    os: str


@dataclasses.dataclass(frozen=True)
class Runtime:
    """The runtime library that ran the model."""

    name: str
    version: str


@dataclasses.dataclass(frozen=True)
class Latency:
    """Steady latency of one inference after warm-up, milliseconds. iqr is the interquartile range."""

    median_ms: _Ms
    p90_ms: _Ms
    iqr_ms: _Ms
    runs: Positive
    warmup_runs: Count


@dataclasses.dataclass(frozen=True)
class UndelegatedOp:
    """A node that the delegate left to the built-in kernels: its operator and the tensor it writes.

    alone_ms: milliseconds of the node in a model of its own, on one thread; None where not measured.
    """

    op: str
    output: str
    alone_ms: _Ms | None = None


@dataclasses.dataclass(frozen=True)
class Record:
    """One variant (or the Keras model, recipe "keras") on one runtime configuration.

    recipe: see recipe_of().
    delegate: "xnnpack" or "none", what really ran. partitions: delegate nodes in the final graph (0 without
    delegate). load_ms: file to allocated interpreter in a fresh process, page cache warm. first_ms: the
    first inference. base_memory_bytes: resident memory with the runtime imported and no model;
    peak_memory_bytes: the largest resident memory of the process.
    """

    variant: str
    recipe: str
    sha256: Sha256
    bytes: Count
    zipped_bytes: Count
    runtime: Runtime
    delegate: str
    threads: Count
    load_ms: _Ms
    first_ms: _Ms
    latency: Latency
    base_memory_bytes: Count
    peak_memory_bytes: Count
    partitions: Count
    undelegated: tuple[UndelegatedOp, ...]


@dataclasses.dataclass(frozen=True)
class Metrics:
    """The whole file."""

    schema_version: Literal[1]
    machine: Machine
    records: tuple[Record, ...]


def recipe_of(description: manifest.Manifest) -> str:
    """Return the compression's name in front of the recipe's, such as pruned50_int8."""
    compression = description.source.compression
    return "_".join([*([compression.name] if compression else []), description.recipe.name])


def write(path: str | os.PathLike[str], metrics: Metrics) -> None:
    """Write metrics.json whole."""
    strict_json.write(path, metrics)


def read(path: str | os.PathLike[str]) -> Metrics:
    """Read and validate a metrics.json of any device; UserError names the file and field that is wrong."""
    return parse(files.read_json(path, "metrics"), f"metrics {os.path.basename(path)}")


def parse(data: object, where: str) -> Metrics:
    """Build a Metrics from parsed JSON."""
    return strict_json.from_json(Metrics, data, where)
