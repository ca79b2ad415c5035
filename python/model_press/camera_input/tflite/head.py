"""Puts softmax, top-k or argmax behind a network, so that it answers class indices and scores.

XNNPACK does not run TOPK_V2; as the graph's last operator it cuts nothing. Scores that are codes stay codes:
a DEQUANTIZE behind top-k would be a partition of its own, and the app has the scale in the manifest.
"""

from ai_edge_litert import schema_py_generated as schema

from model_press.camera_input.tflite.ports import PortGraph
from model_press.formats.camera_input import Postprocess
from model_press.formats.errors import UserError

SCORES, INDICES = "scores", "indices"
_NAME = "answer"
# What carries scores on unchanged: behind it may be the softmax.
_PASSING = ("QUANTIZE", "DEQUANTIZE", "RESHAPE", "CAST")
_PROBABILITIES = ("SOFTMAX", "LOGISTIC")
# Version of an operator that reads int8, as TensorFlow gives it.
_INT8_VERSION = {"TOPK_V2": 2, "DEQUANTIZE": 2}


def put(graph: PortGraph, postprocess: Postprocess) -> None:
    """Replace the graph's output [1, classes] by the result of the steps.

    Outputs: `scores`, [1, classes] or [1, count], float32 behind a softmax, else of the network's own type; and with
    topk and argmax `indices`, int32 [1, count], best first; of equal scores the lower index comes first.

    Raises:
      UserError: softmax behind a softmax.
    """
    if not postprocess.steps:
        graph.make_outputs({SCORES: graph.output})
        return
    scores = _codes(graph)
    if "softmax" in postprocess.steps:
        last = _made_by(graph, scores)
        if last in _PROBABILITIES:
            raise UserError(
                f"the model ends in {last} already, so a second softmax would flatten its scores; leave softmax out "
                "of postprocess"
            )
        scores = _softmax(graph, _real(graph, scores))
    if not postprocess.top_k:
        graph.make_outputs({SCORES: scores})
        return
    # Argmax is the best one, with its score: ARG_MAX has none, and XNNPACK would cut the graph for a REDUCE_MAX.
    best, indices = _topk(graph, scores, postprocess.top_k)
    graph.make_outputs({SCORES: best, INDICES: indices})


def _codes(graph: PortGraph) -> int:
    """Return the network's scores, before an int8 graph turns them into bytes for the app: XNNPACK leaves that out."""
    operator = graph.writer(graph.output)
    if operator is None or graph.name(operator) != "QUANTIZE":
        return graph.output
    source = int(operator.inputs[0])
    if (graph.dtype(source), graph.dtype(graph.output)) != ("int8", "uint8"):
        return graph.output
    (scale, zero_point), (out_scale, out_zero_point) = map(graph.scale, (source, graph.output))
    if scale != out_scale or zero_point + 128 != out_zero_point:
        return graph.output
    graph.replace(operator, [])
    return source


def _made_by(graph: PortGraph, tensor: int) -> str:
    """Return the name of the operator that computed a tensor's values."""
    operator = graph.writer(tensor)
    while operator is not None and graph.name(operator) in _PASSING:
        operator = graph.writer(int(operator.inputs[0]))
    return "" if operator is None else graph.name(operator)


def _real(graph: PortGraph, tensor: int) -> int:
    """Return the float32 values of a tensor, dequantised if it is quantised."""
    if graph.dtype(tensor) == "float32":
        return tensor
    return _append(graph, "DEQUANTIZE", tensor, "logits", schema.DequantizeOptionsT())


def _softmax(graph: PortGraph, tensor: int) -> int:
    options = schema.SoftmaxOptionsT()
    options.beta = 1.0
    return _append(graph, "SOFTMAX", tensor, "softmax", options)


def _topk(graph: PortGraph, tensor: int, count: int) -> tuple[int, int]:
    shape = (graph.shape(tensor)[0], count)
    values = graph.add_value(f"{_NAME}/best", shape, graph.dtype(tensor), graph.scale(tensor))
    indices = graph.add_value(f"{_NAME}/{INDICES}", shape, "int32")
    inputs = [tensor, graph.add_integers(f"{_NAME}/count", count)]
    version = _version(graph, "TOPK_V2", tensor)
    graph.operators.append(
        graph.operator("TOPK_V2", version, inputs, [values, indices], schema.TopKV2OptionsT())
    )
    return values, indices


def _append(graph: PortGraph, builtin: str, source: int, name: str, options: object) -> int:
    out = graph.add_value(f"{_NAME}/{name}", graph.shape(source), "float32")
    version = _version(graph, builtin, source)
    graph.operators.append(graph.operator(builtin, version, [source], [out], options))
    return out


def _version(graph: PortGraph, builtin: str, tensor: int) -> int:
    return _INT8_VERSION.get(builtin, 1) if graph.dtype(tensor) == "int8" else 1
