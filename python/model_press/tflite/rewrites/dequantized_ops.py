"""Operators that XNNPACK has in float only -> DEQUANTIZE, the operator in float, QUANTIZE, inside its one partition.

For an int8 operator with no int8 form that XNNPACK runs: hard-swish (MobileNetV3), PReLU, maximum, an average pooling
that padding cuts short at the border (Inception, NASNet). The delegate converts and computes with vector instructions
on every thread; left alone, the operator would stay in a single-threaded reference kernel between two partitions. The
scales at both ends stay, so the codes do, but for a tie. For that pooling an integer form exists, a depthwise
convolution and a multiplication by a map of the border: it rounds twice, and took 2 % longer on InceptionV3.

Such a graph is no longer integer from end to end: a recipe for integer-only hardware leaves this rewrite out.
"""

from ai_edge_litert import schema_py_generated as schema

from model_press.tflite.graph import Graph

# What both XNNPACK of 2.16.1 and of LiteRT 2.3 have, and the version of the operator in float.
_FLOAT_ONLY = {
    "ABS": 1,
    "AVERAGE_POOL_2D": 1,
    "HARD_SWISH": 1,
    "MAXIMUM": 1,
    "MINIMUM": 1,
    "PRELU": 1,
    "SQUARED_DIFFERENCE": 1,
}


def rewrite(graph: Graph) -> int:
    """Replaces what it can; returns the number of operators that it replaced."""
    done = 0
    for old in graph.named(*_FLOAT_ONLY):
        inputs, target = [int(tensor) for tensor in old.inputs], int(old.outputs[0])
        if not graph.is_int8(*inputs, target) or _strides_beyond_window(graph, old):
            continue
        new, floats = [], []
        for number, tensor in enumerate(inputs):
            name = graph.part_name(target, f"input{number}")
            if graph.is_constant(tensor):
                floats.append(graph.add_float_constant(name, graph.real_values(tensor)))
                continue
            floats.append(graph.add_float(name, graph.shape(tensor)))
            new.append(
                graph.operator("DEQUANTIZE", 2, [tensor], floats[-1:], schema.DequantizeOptionsT())
            )
        result = graph.add_float(graph.part_name(target, "output"), graph.shape(target))
        name = graph.name(old)
        new.append(graph.operator(name, _FLOAT_ONLY[name], floats, [result], old.builtinOptions))
        new.append(graph.operator("QUANTIZE", 1, [result], [target], schema.QuantizeOptionsT()))
        graph.replace(old, new)
        done += 1
    return done


def _strides_beyond_window(graph: Graph, operator: schema.OperatorT) -> bool:
    # XNNPACK leaves such a pooling out in float, too.
    pool = operator.builtinOptions
    return graph.name(operator) == "AVERAGE_POOL_2D" and (
        pool.strideH > pool.filterHeight or pool.strideW > pool.filterWidth
    )
