"""RESIZE_NEAREST_NEIGHBOR that doubles both sides -> the image four times, and DEPTH_TO_SPACE.

XNNPACK has no nearest-neighbour resize. Enlarging by two, every pixel becomes a block of four, which is what
DEPTH_TO_SPACE makes of its four copies along the channels. Values are only copied, in float and in int8. Enlarging by
four, eight and so on is the same again. Other factors stay.
"""

import numpy as np
from ai_edge_litert import schema_py_generated as schema

from model_press.tflite.graph import Graph

_BLOCK = 2


def rewrite(graph: Graph) -> int:
    """Replace the operators that have such a form; return how many."""
    done = 0
    for old in graph.named("RESIZE_NEAREST_NEIGHBOR"):
        source, target = int(old.inputs[0]), int(old.outputs[0])
        quantised = _same_codes(graph, source, target)
        doublings = _doublings(graph.shape(source), graph.shape(target))
        if (
            not (quantised or graph.is_float(source, target))
            or not doublings
            or old.builtinOptions.alignCorners
        ):
            continue
        new: list[schema.OperatorT] = []
        for number in range(doublings):
            batch, height, width, channels = graph.shape(source)
            name = f"double{number}"
            shape = (batch, height, width, _BLOCK**2 * channels)
            wide = _like(graph, target, f"{name}/copies", shape, quantised)
            join = schema.ConcatenationOptionsT()
            join.axis = 3
            version = 2 if quantised else 1
            inputs = [source] * _BLOCK**2
            new.append(graph.operator("CONCATENATION", version, inputs, [wide], join))
            shape = (batch, _BLOCK * height, _BLOCK * width, channels)
            is_last = number == doublings - 1
            source = target if is_last else _like(graph, target, name, shape, quantised)
            block = schema.DepthToSpaceOptionsT()
            block.blockSize = _BLOCK
            new.append(graph.operator("DEPTH_TO_SPACE", 1, [wide], [source], block))
        graph.replace(old, new)
        done += 1
    return done


def _like(graph: Graph, target: int, name: str, shape: tuple[int, ...], quantised: bool) -> int:
    name = graph.part_name(target, name)
    if quantised:
        return graph.add_activation(name, shape, *graph.quantization(target))
    return graph.add_float(name, shape)


def _same_codes(graph: Graph, source: int, target: int) -> bool:
    return graph.is_int8(source, target) and graph.quantization(source) == graph.quantization(
        target
    )


def _doublings(source: tuple[int, ...], target: tuple[int, ...]) -> int:
    """Return how often both sides double, or 0 if they do not."""
    if len(source) != 4:
        return 0
    factors = {t / s for s, t in zip(source[1:3], target[1:3], strict=True)}
    if len(factors) != 1:
        return 0
    power = np.log2(factors.pop())
    return int(power) if power > 0 and power == int(power) else 0
