"""Trains a member of the Xception family on coloured digits, composited afresh each epoch."""

from __future__ import annotations

import concurrent.futures
import sys
import time
from collections.abc import Callable

import numpy as np
import tensorflow as tf
import tf_keras

from models.digits.data import coloured_digits
from models.family import xception_family
from models.photographs import bits

BATCH = 64
PEAK_RATE = 4e-3
WEIGHT_DECAY = 1e-2
LABEL_SMOOTHING = 0.05
WARM_UP_SHARE = 0.05
# Keras' default 0.99 remembers hundreds of steps: too long for a training of a few thousand.
BN_MOMENTUM = 0.9


def make_deterministic(threads: int = 2) -> None:
    """Make TensorFlow give the same bytes in every run on one machine.

    Call it before anything else uses TensorFlow. The number of threads is fixed because it
    decides how sums are split, on every machine.
    """
    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    tf.config.experimental.enable_op_determinism()


def scale_pixels(images: np.ndarray) -> np.ndarray:
    """Map uint8 pixels to [-1, 1], as Xception takes them."""
    return images.astype(np.float32) / np.float32(127.5) - np.float32(1)


def train(
    spec: xception_family.XceptionSpec,
    composer: coloured_digits.Composer,
    *,
    epochs: int,
    seed: int,
    report: Callable[[str], None] = print,
) -> tf_keras.Model:
    """Train one net; the learning rate warms up, then falls along a cosine.

    Args:
      spec: the net; its size must be the composer's.
      composer: of the training split; each epoch composites its digits afresh.
      epochs: passes over the digits.
      seed: decides initial weights, images and their order.
      report: takes one progress line per epoch.

    Returns:
      The trained model, not compiled.
    """
    tf_keras.utils.set_random_seed(seed)
    model = xception_family.build(spec, name="digits")
    steps = len(composer.digits) // BATCH
    warm_up = int(WARM_UP_SHARE * epochs * steps) + 1
    rate = tf_keras.optimizers.schedules.CosineDecay(
        0.0, epochs * steps - warm_up, warmup_target=PEAK_RATE, warmup_steps=warm_up
    )
    optimizer = tf_keras.optimizers.AdamW(rate, weight_decay=WEIGHT_DECAY)
    optimizer.exclude_from_weight_decay(var_names=["gamma", "beta", "bias"])
    loss_of = tf_keras.losses.CategoricalCrossentropy(label_smoothing=LABEL_SMOOTHING)

    @tf.function
    def step(images, classes):
        pixels = tf.cast(images, tf.float32) / 127.5 - 1.0
        with tf.GradientTape() as tape:
            predicted = model(pixels, training=True)
            loss = loss_of(tf.one_hot(classes, spec.classes), predicted)
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))
        right = tf.equal(tf.argmax(predicted, 1, tf.int32), classes)
        return loss, tf.reduce_mean(tf.cast(right, tf.float32))

    # One thread composites the next epoch while TensorFlow trains on this one.
    with concurrent.futures.ThreadPoolExecutor(max_workers=1) as pool:
        coming = pool.submit(composer.compose, _epoch_seed(seed, 0))
        for epoch in range(epochs):
            start = time.monotonic()
            images, classes = coming.result()
            if epoch + 1 < epochs:
                coming = pool.submit(composer.compose, _epoch_seed(seed, epoch + 1))
            measured = [
                step(tf.constant(images[i : i + BATCH]), tf.constant(classes[i : i + BATCH]))
                for i in range(0, steps * BATCH, BATCH)
            ]
            loss, accuracy = np.mean([[float(v) for v in pair] for pair in measured], axis=0)
            report(
                f"epoch {epoch + 1}/{epochs}: loss {loss:.3f}, accuracy {accuracy:.2%}, "
                f"{time.monotonic() - start:.0f} s"
            )
            sys.stdout.flush()
    return model


def _epoch_seed(seed: int, epoch: int) -> int:
    return int(bits.words(seed, "epoch", epoch + 1)[epoch] >> np.uint64(33))


def accuracy(model: tf_keras.Model, images: np.ndarray, classes: np.ndarray) -> float:
    """Return the share of uint8 images [N, H, W, 3] whose top class is the given one."""
    predicted = model.predict(scale_pixels(images), batch_size=BATCH * 4, verbose=0)
    return float((predicted.argmax(axis=1) == classes).mean())
