"""Compares published figures for the same model with the measured ones.

They stand in a column of their own and are compared as ratios only: another machine's milliseconds say nothing here.
"""

import dataclasses
import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated

from model_press.formats import strict_json
from model_press.formats.strict_json import Length

if TYPE_CHECKING:
    from model_press.report import model

# A ratio up to a tenth above the published one still counts as the published one.
_BAND = 1.1
# Points of top-1 that a published drop may be exceeded by.
_DROP_BAND = 0.005


@dataclasses.dataclass(frozen=True)
class Row:
    """The published figures of one variant. note: why a claim of it cannot hold, or ""."""

    recipe: str
    title: str
    bytes: int
    peak_memory_bytes: int
    latency_ms: float
    top1: float
    note: str


@dataclasses.dataclass(frozen=True)
class Published:
    """A published table. The first row is the uncompressed model that the others are compared with."""

    schema_version: int
    title: str
    machine: str
    rows: Annotated[tuple[Row, ...], Length(1)]


@dataclasses.dataclass(frozen=True)
class Claim:
    """One published figure against ours. verdict: "holds", "fails", "not measured" or "no such variant"."""

    recipe: str
    title: str
    metric: str
    published: float
    measured: float | None
    verdict: str


def read(path: str | os.PathLike[str]) -> Published:
    """Read and validate a published table."""
    return strict_json.read(Published, path, "published figures")


def claims(table: Published, variants: "Mapping[str, model.Variant]") -> tuple[Claim, ...]:
    """Compare each published ratio to the uncompressed model with that of the report's `variants`, by recipe."""
    first = table.rows[0]
    result = []
    for row in table.rows[1:]:
        ours = variants.get(row.recipe)
        size = latency = memory = drop = None
        if ours is not None:
            size, latency, memory = ours.ratios.size, ours.ratios.latency, ours.ratios.memory
            drop = ours.top1_drop
        pairs = [
            ("size", row.bytes / first.bytes, size),
            ("latency", row.latency_ms / first.latency_ms, latency),
            ("peak memory", row.peak_memory_bytes / first.peak_memory_bytes, memory),
            ("top-1 drop", first.top1 - row.top1, drop),
        ]
        for metric, expected, found in pairs:
            verdict = "no such variant" if ours is None else _verdict(metric, expected, found)
            expected = round(expected, 6)
            result.append(Claim(row.recipe, row.title, metric, expected, found, verdict))
    return tuple(result)


def _verdict(metric: str, expected: float, found: float | None) -> str:
    if found is None:
        return "not measured"
    limit = expected + _DROP_BAND if metric == "top-1 drop" else expected * _BAND
    return "holds" if found <= limit else "fails"
