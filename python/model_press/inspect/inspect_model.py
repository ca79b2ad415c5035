"""Puts the parts together: one Inspection of one file."""

import mmap
import os
from collections.abc import Sequence
from typing import Any

from model_press.formats import deflate, files
from model_press.inspect import constants, facts
from model_press.inspect.checks import findings, quantization, runtime_support, sparse_kernels
from model_press.inspect.timing import model_run
from model_press.tflite import layers, op_versions, reader, source

# Smaller constants (biases, shapes) are counted by type, not listed.
_LISTED_ELEMENTS = 256


def inspect(
    path: str | os.PathLike[str],
    tables: Sequence[str | os.PathLike[str]],
    threads: int = 1,
    seconds: float | None = 6.0,
) -> facts.Inspection:
    """Inspect a .tflite file.

    Args:
      tables: runtime tables to check operator versions against.
      threads: threads for the latency.
      seconds: about how long to time; 0 to load only, None not to load it at all.
    Raises:
      UserError: no TFLite model, or a damaged one.
    """
    with source.opened(path) as (data, file):
        main = reader.main_graph(data, file, f"model {path}")
        tensors, by_dtype = _weights(data, main)
        kind = quantization.describe(main)
        checked = runtime_support.check(file, tables)
        ran = None if seconds is None else model_run.run(path, main, threads, seconds)
        zipped, exact = deflate.estimate(path)
        return facts.Inspection(
            schema_version=facts.SCHEMA_VERSION,
            file=facts.FileFacts(
                os.path.basename(path), len(data), zipped, exact, files.sha256(path)
            ),
            inputs=tuple(_port(t) for t in main.inputs),
            outputs=tuple(_port(t) for t in main.outputs),
            subgraphs=source.subgraphs(data),
            operators=_operators(file),
            weights=by_dtype,
            weight_tensors=tensors,
            quantization=kind,
            running=ran,
            minimum_runtime=op_versions.minimum_runtime(
                (name, version) for name, version, _ in file.builtin_ops()
            ),
            loaders=checked,
            findings=findings.find(
                main,
                kind,
                by_dtype,
                tensors,
                checked,
                ran,
                sparse_kernels.obstacles(data, main),
            ),
        )


def _port(tensor: reader.TensorInfo) -> facts.Port:
    scale = tensor.scales[0] if tensor.scales else 0.0
    zero_point = tensor.zero_points[0] if tensor.zero_points else 0
    return facts.Port(tensor.name, tensor.shape_signature, tensor.dtype, scale, zero_point)


def _operators(file: reader.TfliteFile) -> tuple[facts.OpCount, ...]:
    """Return the operators, most used first."""
    counts: dict[tuple[Any, ...], int] = {}
    for o in file.operators:
        flex = o.custom and o.name.startswith(reader.FLEX_PREFIX)
        key = (o.name, o.version, o.custom, flex)
        counts[key] = counts.get(key, 0) + 1
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return tuple(facts.OpCount(k[0], k[1], count, k[2], k[3]) for k, count in ordered)


def _weights(
    data: mmap.mmap, main: reader.TfliteFile
) -> tuple[tuple[facts.WeightTensor, ...], tuple[facts.Weights, ...]]:
    listed = []
    totals: dict[str, list[int]] = {}
    for constant in constants.read(data, main):
        tensor = main.tensors[constant.index]
        total = totals.setdefault(tensor.dtype, [0, 0, 0, 0])
        for i, more in enumerate((tensor.bytes, 1, constant.elements, constant.zeros)):
            total[i] += more
        if constant.elements >= _LISTED_ELEMENTS:
            listed.append(
                facts.WeightTensor(
                    tensor.name,
                    layers.layer_of(tensor.name),
                    tensor.shape,
                    tensor.dtype,
                    tensor.bytes,
                    round(constant.zeros / constant.elements, 4),
                    constant.sparse,
                    len(tensor.scales),
                )
            )
    by_dtype = [
        facts.Weights(dtype, size, count, elements, round(zeros / max(1, elements), 4))
        for dtype, (size, count, elements, zeros) in totals.items()
    ]
    by_dtype.sort(key=lambda w: -w.bytes)
    return tuple(sorted(listed, key=lambda t: -t.bytes)), tuple(by_dtype)
