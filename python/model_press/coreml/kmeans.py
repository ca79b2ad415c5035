"""The table of a palette by k-means on the real line: the exact optimum, the same on every processor.

coremltools carries a solver of the one-dimensional problem (kmeans1d: dynamic programming, O(values * clusters)), but
uses it for large float16 tensors only and scikit-learn's, which is a heuristic, for the rest.
"""

from typing import Any

import numpy as np

from model_press.coreml.protos import quiet


def palette(values: np.ndarray, bits: int) -> tuple[np.ndarray, np.ndarray]:
    """Cluster values so that the mean square error is the least possible.

    Args:
      values: floats of any shape. float32 is clustered as float16, which is what bounds the number of distinct values.
      bits: bits of an index.

    Returns:
      (table [2^bits] in the values' dtype, sorted, its last value repeated where fewer values are distinct;
      uint8 indices, flat).
    """
    distinct, inverse, counts = np.unique(
        values.ravel().astype(np.float16), return_inverse=True, return_counts=True
    )
    size = 1 << bits
    clusters = min(size, len(distinct))
    found = _solver().cluster(distinct.tolist(), clusters, weights=counts.tolist())
    table = np.empty(size, values.dtype)
    table[:clusters] = found.centroids
    table[clusters:] = found.centroids[-1]
    return table, np.asarray(found.clusters, np.uint8)[inverse.ravel()]


def _solver() -> Any:
    with quiet():
        from coremltools._deps import _kmeans1d
    return _kmeans1d
