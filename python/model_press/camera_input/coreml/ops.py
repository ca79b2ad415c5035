"""What a fused package needs of the evaluator beside a network's operations.

Registered from here: the evaluator's own files are part of every conversion's cache key.
"""

import numpy as np

from model_press.coreml.evaluator.ops import OPERATIONS


def topk(
    x: np.ndarray,
    k: int,
    axis: int = -1,
    ascending: bool = False,
    sort: bool = True,
    return_indices: bool = True,
) -> tuple[np.ndarray, np.ndarray]:
    """The k largest along the last axis and their indices, best first; of equal ones the lower index first."""
    if int(axis) % x.ndim != x.ndim - 1 or ascending or not sort or not return_indices:
        raise ValueError("it is not the largest along the last axis, sorted, with indices")
    indices = np.argsort(-x, axis=-1, kind="stable")[..., : int(k)]
    return np.take_along_axis(x, indices, -1), indices


OPERATIONS.update({"floor": lambda x: np.floor(x), "topk": topk})
