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

# What both XNNPACK of 2.16.1 and of LiteRT 2.3 have in float.
_FLOAT_ONLY = (
    "ABS",
    "AVERAGE_POOL_2D",
    "HARD_SWISH",
    "MAXIMUM",
    "MINIMUM",
    "PRELU",
    "SQUARED_DIFFERENCE",
)


def rewrite(graph: Graph) -> int:
    """Replace the operators that have a faster float form; return how many."""
    done = 0
    for old in graph.named(*_FLOAT_ONLY):
        if not graph.is_int8(*map(int, (*old.inputs, *old.outputs))):
            continue
        if not _strides_beyond_window(graph, old):
            graph.island(old)
            done += 1
    return done


def _strides_beyond_window(graph: Graph, operator: schema.OperatorT) -> bool:
    # XNNPACK leaves such a pooling out in float, too.
    pool = operator.builtinOptions
    return graph.name(operator) == "AVERAGE_POOL_2D" and (
        pool.strideH > pool.filterHeight or pool.strideW > pool.filterWidth
    )
