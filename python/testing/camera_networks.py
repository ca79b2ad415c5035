"""Networks that answer the pixels that they see, so that a test can look at them."""

from typing import Literal

import numpy as np
from ai_edge_litert import schema_py_generated as schema
from model_press.camera_input.tflite.ports import PortGraph
from model_press.formats import files, manifest

from testing import int8_graphs, manifests


def pixels(
    dtype: Literal["uint8", "float32"], height: int, width: int
) -> tuple[bytes, manifest.TfliteManifest]:
    """Return a .tflite [1, height, width, 3] -> [1, height * width * 3] and its manifest.

    Args:
      dtype: of input and output: "uint8", with int8 codes inside as in a quantised variant, or "float32".
    """
    shape, flat = (1, height, width, 3), height * width * 3
    graph = PortGraph(int8_graphs.empty(shape, (1, flat), (1.0, -128)).dump())
    if dtype == "uint8":
        _quantised(graph, shape, flat)
    else:
        for tensor in (graph.input, graph.output):
            graph.tensors[tensor].type = schema.TensorType.FLOAT32
            graph.tensors[tensor].quantization = None
        _reshape(graph, graph.input, graph.output, flat)
    data, scale = graph.dump(), 1.0 if dtype == "uint8" else 0.0
    description = manifests.manifest_of(
        model=manifest.ModelFile("net.tflite", files.sha256_bytes(data), len(data)),
        input=manifest.Tensor("in", shape, dtype, scale, 0),
        output=manifest.Output("out", (1, flat), dtype, scale, 0),
        labels=manifest.Labels("l.txt", flat, "2" * 64),
    )
    return data, description


def _quantised(graph: PortGraph, shape: tuple[int, ...], flat: int) -> None:
    for tensor in (graph.input, graph.output):
        graph.tensors[tensor].type = schema.TensorType.UINT8
        graph.tensors[tensor].quantization.zeroPoint = np.array([0], np.int64)
    inner = graph.add_value("codes", shape, "int8", (1.0, -128))
    scores = graph.add_value("code_scores", (1, flat), "int8", (1.0, -128))
    for source, target in ((graph.input, inner), (scores, graph.output)):
        options = schema.QuantizeOptionsT()
        graph.operators.append(graph.operator("QUANTIZE", 1, [source], [target], options))
        if target == inner:
            _reshape(graph, inner, scores, flat)


def _reshape(graph: PortGraph, source: int, target: int, flat: int) -> None:
    options = schema.ReshapeOptionsT()
    options.newShape = [1, flat]
    shape = graph.add_integers("flat", (1, flat))
    graph.operators.append(graph.operator("RESHAPE", 1, [source, shape], [target], options))
