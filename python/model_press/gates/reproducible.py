"""check-reproducible: whether a second conversion, under other conditions, gave the same bytes."""

import argparse
import json
import os
from collections.abc import Iterator
from typing import Any

import numpy as np
from ai_edge_litert import schema_py_generated as schema

from model_press.formats import files
from model_press.formats.errors import UserError
from model_press.gates.command import gate
from model_press.gates.result import Measure, Result
from model_press.process import command_line
from model_press.tflite import reader

_SHOWN = 5
_FOLLOWS = ("manifest field model.sha256", "manifest field model.bytes")


def check(
    model: str | os.PathLike[str],
    manifest: str | os.PathLike[str],
    model_again: str | os.PathLike[str],
    manifest_again: str | os.PathLike[str],
) -> Result:
    """Compare .tflite and manifest byte by byte.

    Raises:
      UserError: they differ; it names the tensors, operators, constants, metadata and manifest fields that do.
    """
    pairs = [_read(model, model_again, "model"), _read(manifest, manifest_again, "manifest")]
    different = sum(_different_bytes(first, second) for first, second in pairs)
    if different:
        found = [*_model_differences(*pairs[0]), *_manifest_differences(*pairs[1])]
        more = f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
        raise UserError(
            f"reproducible: a second conversion differs in {different} bytes, at most 0 allowed: "
            f"{'; '.join(found[:_SHOWN])}{more}; look for a time, a random seed or an order of threads in the "
            "conversion"
        )
    return Result(
        "reproducible",
        (Measure("bytes that differ in a second conversion", 0, 0, at_most=True),),
        {"bytes compared": sum(len(first) for first, _ in pairs), "sha256": files.sha256(model)},
    )


def _read(
    first: str | os.PathLike[str], second: str | os.PathLike[str], what: str
) -> tuple[bytes, bytes]:
    one, other = (files.require_file(path, what).read_bytes() for path in (first, second))
    return one, other


def _different_bytes(first: bytes, second: bytes) -> int:
    """Return the bytes that differ at the same place, and those that one has more."""
    if first == second:
        return 0
    short = min(len(first), len(second))
    a, b = (np.frombuffer(data, np.uint8, short) for data in (first, second))
    return int(np.count_nonzero(a != b)) + abs(len(first) - len(second))


def _model_differences(first: bytes, second: bytes) -> Iterator[str]:
    if first == second:
        return
    a, b = (reader.parse(data, "model") for data in (first, second))
    yield from _operators(a, b)
    yield from _tensors(a, b)
    left, right = (schema.ModelT.InitFromPackedBuf(data, 0) for data in (first, second))
    yield from _constants(a, left, right)
    yield from _metadata(left, right)
    if a == b and left.description != right.description:
        yield f"the model's description: {left.description!r} and {right.description!r}"


def _operators(a: reader.TfliteFile, b: reader.TfliteFile) -> Iterator[str]:
    if len(a.operators) != len(b.operators):
        yield f"{len(a.operators)} and {len(b.operators)} operators"
        return
    for index, (one, other) in enumerate(zip(a.operators, b.operators, strict=True)):
        if one != other:
            yield (
                f"operator {index}: {one.name} version {one.version} and {other.name} version {other.version}"
            )


def _tensors(a: reader.TfliteFile, b: reader.TfliteFile) -> Iterator[str]:
    if len(a.tensors) != len(b.tensors):
        yield f"{len(a.tensors)} and {len(b.tensors)} tensors"
        return
    for one, other in zip(a.tensors, b.tensors, strict=True):
        for field in ("name", "shape", "dtype", "scales", "zero_points", "bytes"):
            here, there = getattr(one, field), getattr(other, field)
            if here != there:
                yield f"tensor {one.name}: {field} {_short(here)} and {_short(there)}"


def _constants(file: reader.TfliteFile, left: schema.ModelT, right: schema.ModelT) -> Iterator[str]:
    """Return the buffers of the main graph whose bytes differ, by their tensor."""
    names = {t.buffer: t.name.decode() for t in left.subgraphs[0].tensors if t.name}
    metadata = {m.buffer for m in [*(left.metadata or []), *(right.metadata or [])]}
    for index, (one, other) in enumerate(zip(left.buffers, right.buffers, strict=False)):
        a, b = _bytes(one), _bytes(other)
        if index in metadata or len(a) != len(b) or np.array_equal(a, b):
            continue
        where = np.flatnonzero(a != b)
        yield (
            f"constant of tensor {names.get(index, index)}: {len(where)} of {len(a)} bytes, the first at {where[0]}: "
            f"{a[where[0]]} and {b[where[0]]}"
        )


def _metadata(left: schema.ModelT, right: schema.ModelT) -> Iterator[str]:
    a, b = _entries(left), _entries(right)
    for name in sorted(a.keys() ^ b.keys()):
        yield f"metadata {name}: only in the {'first' if name in a else 'second'}"
    for name in sorted(a.keys() & b.keys()):
        if a[name] != b[name]:
            yield f"metadata {name}: {_short(a[name])} and {_short(b[name])}"


def _entries(model: schema.ModelT) -> dict[str, bytes]:
    return {
        m.name.decode(): _bytes(model.buffers[m.buffer]).tobytes() for m in model.metadata or []
    }


def _bytes(buffer: schema.BufferT) -> np.ndarray:
    return np.asarray(buffer.data if buffer.data is not None else [], np.uint8)


def _manifest_differences(first: bytes, second: bytes) -> Iterator[str]:
    if first == second:
        return
    a, b = (json.loads(data) for data in (first, second))
    found = list(_fields(a, b, ""))
    # These follow from the model's bytes, which are named above.
    told = [line for line in found if not line.startswith(_FOLLOWS)]
    yield from told
    if not found:
        yield "the manifest's layout, but no field"


def _fields(a: Any, b: Any, path: str) -> Iterator[str]:
    if isinstance(a, dict) and isinstance(b, dict):
        for key in sorted(a.keys() | b.keys()):
            yield from _fields(a.get(key), b.get(key), f"{path}.{key}" if path else key)
    elif a != b:
        yield f"manifest field {path}: {_short(a)} and {_short(b)}"


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    command_line.require(parser, "--model", "--manifest", "--model-again", "--manifest-again")


COMMAND = gate(
    "check-reproducible",
    "two conversions byte by byte",
    _add_arguments,
    lambda o: check(o.model, o.manifest, o.model_again, o.manifest_again),
)
