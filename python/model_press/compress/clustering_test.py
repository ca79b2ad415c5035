"""Clustering: few values, the right ones, that stay while training goes on."""

import zlib

import numpy as np
import pytest
from testing import compress_nets, compress_settings
from testing.raises import user_error

from model_press.compress import clustering, kernels, magnitude, training
from model_press.compress.magnitude_test import TRAINING, Noise
from model_press.formats import compressions
from model_press.formats.normalization import RAW

EIGHT = compressions.Clustering(clusters=8, keep_layers=())


def train(model, *observers):
    training.fine_tune(model, TRAINING, Noise(), RAW, observers=observers, report=lambda _: None)
    for observer in observers:
        observer.finish()


def test_values_that_are_clustered_already_stay():
    values = np.array([[-1, 0.5, 2], [2, -1, 0.5]], np.float32)
    member, centroids = clustering.cluster(values, 3, keep_zeros=False)
    assert np.array_equal(centroids[member], values)


def test_centroids_are_the_means_of_their_members():
    values = np.random.default_rng(0).normal(size=2000)
    member, centroids = clustering.cluster(values, 16, keep_zeros=False)
    for number in range(16):
        if (member == number).any():
            assert centroids[number] == pytest.approx(values[member == number].mean(), abs=1e-3)
    nearest = np.abs(values[:, None] - centroids).argmin(axis=1)
    assert (nearest == member).mean() > 0.999


@pytest.mark.parametrize("keras", ["2", "3"])
def test_every_kernel_has_few_values_after_training(keras):
    model = compress_nets.build("xception", keras)
    before = model.get_layer("sep1").get_weights()
    train(model, clustering.Clusterer(model, EIGHT, keep_zeros=False))
    rows = {row.layer: row for row in kernels.coverage(model, ()) if row.untouched is None}
    assert set(rows) == {"entry", "shortcut", "sep1", "sep2", "sep3", "scores"}
    assert all(2 < row.values <= 8 for row in rows.values())
    depthwise = model.get_layer("sep1").get_weights()[0]
    assert len(np.unique(depthwise)) == depthwise.size
    assert not np.array_equal(model.get_layer("sep1").get_weights()[1], before[1])


def test_what_is_pruned_stays_pruned():
    """D7: zeros must not drift away in a later step."""
    model = compress_nets.build("xception", "2")
    train(
        model,
        magnitude.Pruner(model, compress_settings.HALF),
        clustering.Clusterer(model, EIGHT, keep_zeros=True),
    )
    for row in kernels.coverage(model, ()):
        if row.untouched is None:
            assert row.values <= 8
            assert row.sparsity == pytest.approx(0.5, abs=max(0.005, 1 / row.elements))


def test_clustered_weights_zip_well():
    model = compress_nets.build("resnet", "2")
    hidden = model.get_layer("hidden")
    dense = len(zlib.compress(hidden.get_weights()[0].tobytes(), 9))
    clustering.Clusterer(model, EIGHT, keep_zeros=False).finish()
    assert len(zlib.compress(hidden.get_weights()[0].tobytes(), 9)) < 0.35 * dense


def test_layers_can_be_left_out():
    model = compress_nets.build("resnet", "2")
    before = model.get_layer("hidden").get_weights()[0]
    kept = compressions.Clustering(clusters=8, keep_layers=("hidden",))
    clustering.Clusterer(model, kept, keep_zeros=False).finish()
    assert np.array_equal(model.get_layer("hidden").get_weights()[0], before)
    unknown = compressions.Clustering(clusters=8, keep_layers=("nobody",))
    with user_error("clustering.keep_layers", "'nobody'"):
        clustering.Clusterer(model, unknown, keep_zeros=False)
