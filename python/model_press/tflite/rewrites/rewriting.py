"""Applies the rewrites that a recipe names."""

from collections.abc import Sequence

from model_press.tflite.graph import Graph
from model_press.tflite.rewrites import (
    concatenation,
    dense_scales,
    dequantized_ops,
    gelu,
    math_ops,
    nearest,
    pooling,
    relu,
    wide_depthwise,
)

# In the order in which they apply: what has an integer form is not a dequantized operator.
_REWRITES = {
    "dense_scales": dense_scales.rewrite,
    "gelu": gelu.rewrite,
    "math": math_ops.rewrite,
    "nearest": nearest.rewrite,
    "relu": relu.rewrite,
    "pooling": pooling.rewrite,
    "concatenation": concatenation.rewrite,
    "dequantized_ops": dequantized_ops.rewrite,
    "wide_depthwise": wide_depthwise.rewrite,
}


def apply(data: bytes, names: Sequence[str]) -> bytes:
    """Rewrite a .tflite file.

    Args:
      data: the file's bytes.
      names: as `recipes.Recipe.rewrites`; their order does not matter.
    Returns:
      The rewritten file, or `data` itself where there was nothing to rewrite.
    """
    if not names:
        return data
    graph = Graph(data)
    done = sum(rewrite(graph) for name, rewrite in _REWRITES.items() if name in names)
    return graph.dump() if done else data
