"""Magnitude pruning: where zeros go, when, that they stay, and that nothing else is left behind."""

import dataclasses
import zlib

import numpy as np
import pytest
from testing import compress_nets, compress_settings, keras_models, tfmot_reference
from testing.raises import user_error

from model_press.compress import kernels, magnitude, training
from model_press.formats.normalization import RAW
from model_press.keras_io import keras_file

TRAINING = dataclasses.replace(
    compress_settings.TRAINING, batch=8, weight_decay=1e-3, distillation=None
)


def settings(**changes):
    return dataclasses.replace(compress_settings.HALF, **changes)


class Noise:
    """40 labelled images of noise in each epoch."""

    def epochs(self, count, seed):
        for epoch in range(count):
            rng = np.random.default_rng((seed, epoch))
            pixels = rng.integers(0, 256, (40, compress_nets.SIZE, compress_nets.SIZE, 3), np.uint8)
            yield pixels, rng.integers(0, 10, 40).astype(np.int32)


def prune(model, chosen, train=True):
    pruner = magnitude.Pruner(model, chosen)
    if train:
        training.fine_tune(model, TRAINING, Noise(), RAW, observers=[pruner], report=lambda _: None)
    pruner.finish()
    return {
        row.layer + "/" + row.weight: row for row in kernels.coverage(model, chosen.keep_layers)
    }


# shows: pain D1; pain D5
@pytest.mark.parametrize("keras", ["2", "3"])
@pytest.mark.parametrize("sparsity", [0.5, 0.8])
@pytest.mark.parametrize(
    "schedule, frequency, begin_step",
    [
        # The last of the ten steps is 9: neither frequency meets it, and 100 meets step 0 alone.
        ("constant", 100, 0),
        ("constant", 4, 2),
        ("polynomial", 3, 0),
    ],
)
def test_every_layer_ends_at_the_target(schedule, frequency, begin_step, sparsity, keras):
    chosen = settings(
        schedule=schedule, frequency=frequency, begin_step=begin_step, sparsity=sparsity
    )
    rows = prune(compress_nets.build("xception", keras), chosen)
    pruned = [row for row in rows.values() if row.untouched is None]
    assert {row.layer for row in pruned} == {"entry", "shortcut", "sep1", "sep2", "sep3", "scores"}
    for row in pruned:
        assert row.sparsity == pytest.approx(sparsity, abs=max(0.005, 1 / row.elements)), row


def test_pruning_without_training_reaches_the_target():
    rows = prune(compress_nets.build("resnet", "2"), compress_settings.HALF, train=False)
    assert rows["hidden/kernel"].sparsity == 0.5


# shows: pain 0.5
def test_coverage_says_what_stays_dense_and_why():
    """D8: depthwise kernels stay dense, by design."""
    chosen = settings(keep_layers=("scores",))
    rows = prune(compress_nets.build("xception", "2"), chosen, train=False)
    assert rows["sep1/depthwise_kernel"].sparsity == 0
    assert "depthwise" in rows["sep1/depthwise_kernel"].untouched
    assert rows["sep1/pointwise_kernel"].untouched is None
    assert rows["scores/kernel"].untouched == "named in keep_layers"
    assert rows["scores/kernel"].sparsity == 0
    assert "normalisation" in rows["sep1_bn/gamma"].untouched
    assert rows["sep2/bias"].untouched == "one number a channel"
    with user_error("keep_layers", "'sep9'"):
        magnitude.Pruner(compress_nets.build("xception", "2"), settings(keep_layers=("sep9",)))


def test_keeping_all_layers_is_an_error():
    model = compress_nets.build("resnet", "2")
    names = tuple(layer.name for layer in model.layers)
    with user_error("magnitude.keep_layers names all", "take one out of it"):
        magnitude.Pruner(model, settings(keep_layers=names))


def test_the_smallest_weights_are_the_ones_that_leave():
    model = compress_nets.build("xception", "2")
    before = model.get_layer("sep1").get_weights()[1]
    prune(model, compress_settings.HALF, train=False)
    after = model.get_layer("sep1").get_weights()[1]
    assert np.abs(before[after == 0]).max() < np.abs(before[after != 0]).min()
    assert np.array_equal(after[after != 0], before[after != 0])


def test_two_in_four_consecutive_inputs_are_zero():
    model = compress_nets.build("xception", "2")
    prune(model, settings(pattern="2:4"))
    kernel = model.get_layer("sep3").get_weights()[1][0, 0]  # [16 inputs, outputs]
    zeros = (kernel.reshape(4, 4, -1) == 0).sum(axis=1)
    assert np.array_equal(zeros, np.full_like(zeros, 2))
    entry = model.get_layer("entry").get_weights()[0]  # three inputs: one of them
    assert np.array_equal((entry == 0).sum(axis=2), np.ones((3, 3, 8)))


def test_zeros_stay_while_the_rest_is_trained():
    model = compress_nets.build("xception", "2")
    start = model.get_layer("sep1").get_weights()[1]
    seen = []

    class Watched(magnitude.Pruner):
        def after_step(self, step):
            super().after_step(step)
            seen.append(model.get_layer("sep1").get_weights()[1] == 0)

    pruner = Watched(model, compress_settings.HALF)
    training.fine_tune(model, TRAINING, Noise(), RAW, observers=[pruner], report=lambda _: None)
    pruner.finish()
    end = model.get_layer("sep1").get_weights()[1]
    assert len(seen) == 10 and all(np.array_equal(zeros, seen[0]) for zeros in seen)
    assert np.array_equal(end == 0, seen[0])
    assert not np.any(end[end != 0] == start[end != 0])


def test_pruning_that_would_begin_after_the_end_is_refused():
    """D5: training without a mask update would prune nothing."""
    with user_error("begins at step 10", "ends after 10"):
        prune(compress_nets.build("xception", "2"), settings(begin_step=10))


def test_the_schedule_is_polynomial():
    chosen = settings(schedule="polynomial", frequency=1, end_share=0.5, sparsity=0.8)
    values = [magnitude.sparsity_at(chosen, step, 100) for step in range(100)]
    assert values[0] == 0 and values[50] == values[99] == 0.8
    assert values[25] == pytest.approx(0.8 * (1 - 0.5**3))
    assert magnitude.sparsity_at(settings(frequency=3, begin_step=1), 3, 9) is None


# shows: pain D7
def test_a_layer_that_lost_its_zeros_is_an_error():
    """D7: what trains after pruning, without its masks, fills the zeros again."""
    model = compress_nets.build("xception", "2")

    class Broken(magnitude.Pruner):
        def _zero(self, layer, kernel, sparsity):
            return np.ones(kernel.shape, np.float32)

    with user_error("layer entry has 0.0% zeros", "expected 50.0%"):
        Broken(model, compress_settings.HALF).finish()


# shows: pain D4
def test_leftovers_of_pruning_are_an_error():
    """D4: masks and step counters that stay in a model make it bigger, not smaller."""
    keras = compress_nets.library("2")
    for name in ("mask", "pruning_step", "threshold"):
        model = compress_nets.build("xception", "2")
        layer = model.get_layer("sep1")
        layer.add_weight(name=name, shape=(2,), trainable=False)
        with user_error(name, "strip_pruning"):
            magnitude.check_no_leftovers(model)
    masked = keras.Sequential([keras.layers.Dense(4, name="mask_head", input_shape=(3,))])
    magnitude.check_no_leftovers(masked)  # a layer may be called that


def test_layers_without_kernels_are_left_alone():
    """D9: a function in the graph, which tensorflow-model-optimization refuses to prune."""
    tf, keras = compress_nets.tf_quiet.tensorflow(), compress_nets.library("2")
    conv, image = keras.layers.Conv2D(8, 3, name="conv"), keras.Input((8, 8, 3), name="image")
    model = keras_models.chain("2", conv, lambda x: tf.math.multiply(x, 0.5), shape=(8, 8, 3))
    assert prune(model, compress_settings.HALF, train=False)["conv/kernel"].sparsity == 0.5
    empty = keras.Model(image, keras.layers.GlobalAveragePooling2D()(image))
    with user_error("layers of GlobalAveragePooling2D, InputLayer, expected one of Conv2D"):
        magnitude.Pruner(empty, compress_settings.HALF)


# shows: pain D3
def test_only_the_zipped_file_shrinks(tmp_path):
    """D3: zeros are stored like any other number."""
    sizes = []
    for pruned in (False, True):
        wide = compress_nets.library("2").layers.Conv2D(256, 1, name="conv")
        model = keras_models.chain("2", wide, shape=(8, 8, 256))
        if pruned:
            prune(model, settings(sparsity=0.75), train=False)
        keras_file.save(model, tmp_path / "m.keras")
        raw = (tmp_path / "m.keras").read_bytes()
        sizes.append((len(raw), len(zlib.compress(raw, 9))))
    (dense, dense_zipped), (sparse, sparse_zipped) = sizes
    assert sparse == pytest.approx(dense, rel=0.01)
    assert sparse_zipped < 0.5 * dense_zipped


# shows: pain 0.10
@pytest.mark.parametrize("schedule", ["constant", "polynomial"])
def test_masks_and_schedule_are_those_of_tensorflow_model_optimization(schedule):
    compress_nets.tf_quiet.tensorflow()
    tfmot = tfmot_reference.library()

    keras = compress_nets.library("2")
    chosen = settings(schedule=schedule, frequency=1, end_share=1.0, sparsity=0.8)
    theirs = {
        "constant": tfmot.sparsity.keras.ConstantSparsity(0.8, 0, frequency=1),
        "polynomial": tfmot.sparsity.keras.PolynomialDecay(0.0, 0.8, 0, 10, frequency=1),
    }[schedule]
    kernel = compress_nets.build("xception", "2").get_layer("sep1").get_weights()[1]
    for step in range(10):
        due, sparsity = theirs(step)
        assert bool(due)
        assert magnitude.sparsity_at(chosen, step, 10) == pytest.approx(float(sparsity), abs=1e-6)
    pruning = tfmot.sparsity.keras.prune_low_magnitude(
        keras.layers.Conv2D(12, 1, use_bias=False),
        tfmot.sparsity.keras.ConstantSparsity(0.8, 0, frequency=1),
    )
    model = keras.Sequential([keras.Input((4, 4, 8)), pruning])
    pruning.layer.kernel.assign(kernel[:, :, :8])
    step = tfmot.sparsity.keras.UpdatePruningStep()
    step.set_model(model)
    step.on_train_begin()
    step.on_train_batch_begin(0)
    model(np.zeros((1, 4, 4, 8), np.float32), training=True)
    mine = magnitude.mask(kernel[:, :, :8], 0.8, "unstructured", 2)
    assert np.array_equal(np.asarray(pruning.layer.kernel) != 0, mine)
