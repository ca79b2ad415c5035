"""Weight clustering: each kernel keeps a few different values, so that a zipped file gets small.

Han et al., "Deep Compression", 2016: centroids begin evenly spaced over the kernel's range, which keeps its rare
large weights; k-means moves them. During training the members of a cluster move together: after
each step all become their mean, which is a step along the mean of their gradients.
"""

from typing import Any

import numpy as np

from model_press.compress import kernels
from model_press.compress.training import Observer
from model_press.formats.compressions import Clustering
from model_press.formats.errors import UserError
from model_press.process.tf_quiet import tensorflow

_ROUNDS = 200  # it stops when nothing moves, mostly after 20 to 80


def cluster(values: np.ndarray, clusters: int, keep_zeros: bool) -> tuple[np.ndarray, np.ndarray]:
    """Cluster values by one-dimensional k-means.

    Args:
      values: float array of any shape.
      clusters: the most different values that stay.
      keep_zeros: zeros make a cluster of their own, the first, which stays zero.
    Returns:
      int32 array of values' shape, the cluster of each, and float32 [clusters] centroids.
    """
    flat = values.ravel().astype(np.float64)
    free = flat[flat != 0] if keep_zeros else flat
    count = clusters - keep_zeros
    centroids = np.linspace(free.min(), free.max(), count) if free.size else np.zeros(count)
    for _ in range(_ROUNDS):
        member = _nearest(free, centroids)
        sizes = np.bincount(member, minlength=count)
        sums = np.bincount(member, free, minlength=count)
        moved = np.sort(np.where(sizes > 0, sums / np.maximum(sizes, 1), centroids))
        if np.array_equal(moved, centroids):
            break
        centroids = moved
    member = _nearest(flat, centroids)
    if keep_zeros:
        member = np.where(flat == 0, 0, member + 1)
        centroids = np.concatenate([[0.0], centroids])
    return member.reshape(values.shape).astype(np.int32), centroids.astype(np.float32)


def _nearest(values: np.ndarray, centroids: np.ndarray) -> np.ndarray:
    """Return the index of the nearest of sorted centroids."""
    return np.searchsorted((centroids[1:] + centroids[:-1]) / 2, values)


class Clusterer(Observer):
    """Holds the clusters during a training, and makes them without one."""

    def __init__(self, model: Any, settings: Clustering, keep_zeros: bool):
        """Take the model's kernels. keep_zeros: preserve the zeros of a pruned model."""
        self._settings, self._keep_zeros = settings, keep_zeros
        self._kernels = kernels.find(model, settings.keep_layers, "clustering.keep_layers")
        self._apply = None

    def begin(self, steps: int) -> None:
        pairs = []
        for _, kernel in self._kernels:
            pairs.append((kernels.variable(kernel), self._cluster(kernel)))
        tf, count, keep_zeros = tensorflow(), self._settings.clusters, self._keep_zeros

        @tf.function(autograph=False)
        def apply():
            for kernel, member in pairs:
                flat = tf.constant(member.ravel())
                means = tf.math.unsorted_segment_mean(tf.reshape(kernel, [-1]), flat, count)
                if keep_zeros:
                    means = tf.concat([[0.0], means[1:]], 0)
                kernel.assign(tf.reshape(tf.gather(means, flat), kernel.shape))

        self._apply = apply

    def resume(self) -> None:
        self.begin(0)

    def after_step(self, step: int) -> None:
        self._apply()

    def finish(self) -> None:
        """Cluster untrained kernels and check that no kernel has more values than requested.

        Raises:
          UserError: one has.
        """
        for layer, kernel in self._kernels:
            if len(np.unique(np.asarray(kernel))) > self._settings.clusters:
                self._cluster(kernel)
            found = len(np.unique(np.asarray(kernel)))
            if found > self._settings.clusters:
                raise UserError(
                    f"layer {layer.name} has {found} different weights after clustering, expected "
                    f"{self._settings.clusters}"
                )

    def _cluster(self, kernel: Any) -> np.ndarray:
        member, centroids = cluster(np.asarray(kernel), self._settings.clusters, self._keep_zeros)
        kernel.assign(centroids[member])
        return member
