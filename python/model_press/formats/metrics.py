"""Reads and writes metrics.json: the measurements of one machine, a build host, a phone or a Pi."""

import dataclasses
import os
from typing import Literal, Protocol

from model_press.formats import files, manifest, recipes, strict_json

# The recipe of a record that is the Keras model itself.
KERAS = "keras"


@dataclasses.dataclass(frozen=True)
class Machine:
    """Where it was measured. cpu_class is the coarse kind that gates state their bounds for (machine.py)."""

    kind: Literal["host", "android", "ios", "raspberry_pi"]
    cpu_model: str
    cpu_class: str
    isa: tuple[str, ...]
    cores: int
    memory_bytes: int
    os: str


@dataclasses.dataclass(frozen=True)
class Runtime:
    """The runtime library that ran the model."""

    name: str
    version: str


@dataclasses.dataclass(frozen=True)
class Latency:
    """Steady latency of one inference after warm-up, milliseconds. iqr is the interquartile range."""

    median_ms: float
    p90_ms: float
    iqr_ms: float
    runs: int
    warmup_runs: int


@dataclasses.dataclass(frozen=True)
class UndelegatedOp:
    """A node that the delegate left to the built-in kernels: its operator and the tensor it writes.

    alone_ms: milliseconds of the node in a model of its own, on one thread; None where not measured.
    """

    op: str
    output: str
    alone_ms: float | None = None


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
    sha256: str
    bytes: int
    zipped_bytes: int
    runtime: Runtime
    delegate: str
    threads: int
    load_ms: float
    first_ms: float
    latency: Latency
    base_memory_bytes: int
    peak_memory_bytes: int
    partitions: int
    undelegated: tuple[UndelegatedOp, ...]


@dataclasses.dataclass(frozen=True)
class Metrics:
    """The whole file."""

    schema_version: Literal[1]
    machine: Machine
    records: tuple[Record, ...]


class Described(Protocol):
    """The parts of a manifest that a record needs."""

    @property
    def name(self) -> str:
        """Name of the variant."""

    @property
    def model(self) -> manifest.ModelFile:
        """The file."""

    @property
    def source(self) -> manifest.Source:
        """The Keras model that it was made from."""

    @property
    def recipe(self) -> recipes.Recipe:
        """How it was converted."""


def recipe_of(description: Described) -> str:
    """Return the full recipe name, such as pruned50_int8: the compression's name before the recipe's."""
    compression = description.source.compression
    return "_".join([*([compression.name] if compression else []), description.recipe.name])


def write(path: str | os.PathLike[str], metrics: Metrics) -> None:
    """Write metrics.json whole."""
    files.write_json(path, strict_json.to_json(metrics))


def read(path: str | os.PathLike[str]) -> Metrics:
    """Read and validate a metrics.json of any device; UserError names the file and field that is wrong."""
    where = f"metrics {os.path.basename(path)}"
    return strict_json.from_json(Metrics, files.read_json(path, "metrics"), where)
