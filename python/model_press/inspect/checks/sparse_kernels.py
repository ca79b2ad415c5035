"""Determines whether XNNPACK's sparse kernels can run a graph, and if not, why.

The conditions are those of LiteRT's tflite/delegates/xnnpack/README.md, "Sparse Inference", and of XNNPACK's rewrite
of a graph to channels first: they were made for MobileNets, and Xception does not meet them. So zeros in its weights
make no inference faster, however many there are.
"""

import mmap
import struct
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from ai_edge_litert import schema_py_generated as schema

from model_press.inspect import constants
from model_press.tflite.layers import layer_of
from model_press.tflite.reader import Operator, TensorInfo, TfliteFile

# Of the weights of all 1x1 convolutions together.
_LEAST_ZEROS = 2 / 3
_ELEMENTWISE = {
    "ABS",
    "ADD",
    "CEIL",
    "ELU",
    "FLOOR",
    "HARD_SWISH",
    "LEAKY_RELU",
    "LOGISTIC",
    "MUL",
    "NEG",
    "RELU",
    "RELU6",
    "RELU_N1_TO_1",
    "ROUND",
    "SQUARE",
}
_INSIDE = {*_ELEMENTWISE, "CONV_2D", "DEPTHWISE_CONV_2D", "DENSIFY", "PAD", "RESIZE_BILINEAR"}
_EXIT = "MEAN"
# Before the first convolution and behind the last mean the graph is not theirs.
_CONVOLUTIONS = ("CONV_2D", "DEPTHWISE_CONV_2D")

# The operator that makes each tensor; none of constants and inputs.
Makers = dict[int, Operator]


def obstacles(data: mmap.mmap | bytes, file: TfliteFile) -> tuple[str, ...]:
    """Return why the sparse kernels cannot run the main graph of a checked file; empty if they can.

    Args:
      data: the bytes of the file.
      file: the same, parsed.
    """
    try:
        return tuple(dict.fromkeys(_obstacles(data, file)))
    except (AttributeError, IndexError, TypeError, ValueError, struct.error):
        # A damaged file: operators without their inputs, options or shapes.
        return ("its operators lack what they need",)


def _obstacles(data: mmap.mmap | bytes, file: TfliteFile) -> list[str]:
    graph = schema.Model.GetRootAs(data, 0).Subgraphs(0)
    operators = file.operators
    first = next((i for i, o in enumerate(operators) if o.name in _CONVOLUTIONS), None)
    if first is None:
        return ["it has no convolution"]
    last = next((i for i, o in enumerate(operators) if i > first and o.name == _EXIT), None)
    if last is None:
        return ["it does not end in a mean over height and width"]
    makers: Makers = {}
    for operator in operators:
        for tensor in operator.outputs:
            makers.setdefault(tensor, operator)
    found = [*_entry(file, graph, first, makers)]
    for index in range(first + 1, last):
        found += _inside(file, graph, index, makers)
    found += _types(file, operators[first:last])
    found += _zeros(data, file, range(first, last), makers)
    return found


def _layer(file: TfliteFile, operator: Operator) -> str:
    return layer_of(file.tensors[operator.outputs[0]].name)


def _options(graph: schema.SubGraph, index: int, kind: Callable[[], Any]) -> schema.Conv2DOptions:
    options = kind()
    table = graph.Operators(index).BuiltinOptions()
    options.Init(table.Bytes, table.Pos)
    return options


def _is_padded(
    file: TfliteFile, operator: Operator, same: bool, stride: int, size: int, makers: Makers
) -> bool:
    """Return whether a window of `size` has (size - 1) / 2 zeros on each side."""
    if not same:
        before = makers.get(operator.inputs[0])
        return before is not None and before.name == "PAD"
    # TensorFlow's SAME pads an even input only behind when the stride is 2.
    height, width = file.tensors[operator.inputs[0]].shape[1:3]
    return stride == 1 or (height % 2 == 1 and width % 2 == 1)


def _entry(file: TfliteFile, graph: schema.SubGraph, index: int, makers: Makers) -> Iterator[str]:
    operator = file.operators[index]
    layer = _layer(file, operator)
    if operator.name != "CONV_2D":
        yield f"it begins with a depthwise convolution ({layer})"
        return
    options = _options(graph, index, schema.Conv2DOptions)
    filters = file.tensors[operator.inputs[1]].shape
    stride = options.StrideH()
    same = options.Padding() == schema.Padding.SAME
    if filters[1:] != (3, 3, 3) or (stride, options.StrideW()) != (2, 2):
        yield (
            f"its first convolution {layer} is {filters[1]}x{filters[2]} with stride {stride} on {filters[3]} "
            "channels, not 3x3 with stride 2 on 3"
        )
    elif not _is_padded(file, operator, same, stride, 3, makers):
        yield f"its first convolution {layer} is not padded by 1 on each side"


def _inside(file: TfliteFile, graph: schema.SubGraph, index: int, makers: Makers) -> Iterator[str]:
    operator = file.operators[index]
    layer = _layer(file, operator)
    if operator.name not in _INSIDE:
        yield f"{operator.name} at {layer}"
    elif operator.name == "CONV_2D":
        options = _options(graph, index, schema.Conv2DOptions)
        kernel = file.tensors[operator.inputs[1]].shape[1:3]
        if kernel != (1, 1):
            yield f"{kernel[0]}x{kernel[1]} convolution at {layer}"
        elif options.StrideH() != 1:
            yield f"1x1 convolution with stride {options.StrideH()} at {layer}"
    elif operator.name == "DEPTHWISE_CONV_2D":
        yield from _depthwise(file, graph, index, layer, makers)


def _depthwise(
    file: TfliteFile, graph: schema.SubGraph, index: int, layer: str, makers: Makers
) -> Iterator[str]:
    operator = file.operators[index]
    options = _options(graph, index, schema.DepthwiseConv2DOptions)
    kernel = file.tensors[operator.inputs[1]].shape[1:3]
    stride = options.StrideH()
    same = options.Padding() == schema.Padding.SAME
    if kernel not in ((3, 3), (5, 5)) or stride not in (1, 2) or options.DepthMultiplier() != 1:
        yield f"{kernel[0]}x{kernel[1]} depthwise convolution with stride {stride} at {layer}"
    elif not _is_padded(file, operator, same, stride, kernel[0], makers):
        yield f"depthwise convolution at {layer} is not padded evenly"


def _types(file: TfliteFile, operators: Sequence[Operator]) -> Iterator[str]:
    tensors: Iterator[TensorInfo] = (file.tensors[o.outputs[0]] for o in operators)
    other = next((t.dtype for t in tensors if t.dtype not in ("float32", "float16")), None)
    if other is not None:
        yield f"it computes in {other}, not in floats"


def _zeros(
    data: mmap.mmap | bytes, file: TfliteFile, indices: range, makers: Makers
) -> Iterator[str]:
    weights = set()
    for operator in (file.operators[i] for i in indices):
        if operator.name == "CONV_2D" and file.tensors[operator.inputs[1]].shape[1:3] == (1, 1):
            weights.add(_source(operator.inputs[1], makers))
    elements = zeros = dense = 0
    for constant in constants.read(data, file):
        if constant.index in weights:
            elements += constant.elements
            zeros += constant.zeros
            dense += not constant.sparse
    if not elements or zeros < _LEAST_ZEROS * elements:
        share = zeros / max(1, elements)
        yield f"{share:.0%} of the weights of its 1x1 convolutions are zero, not two thirds"
    if dense:
        yield "its weights are stored densely"


def _source(tensor: int, makers: Makers) -> int:
    """Return the constant that a weight comes from, through DENSIFY and DEQUANTIZE."""
    seen = set()
    # A damaged file may have an operator that reads what it makes.
    while tensor not in seen:
        seen.add(tensor)
        made = makers.get(tensor)
        if made is None or made.name not in ("DENSIFY", "DEQUANTIZE"):
            break
        tensor = made.inputs[0]
    return tensor
