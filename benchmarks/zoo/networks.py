"""Architectures of keras.applications, with weights that make an answer mean something without training."""

import contextlib
import dataclasses
import functools
import pathlib

import numpy as np
from model_press.compress.quantization import bias_correction
from model_press.compress.quantization import equalize as equalizing
from model_press.formats import normalization
from model_press.formats.errors import UserError
from model_press.images import preprocess
from model_press.keras_io import load
from model_press.process import tf_quiet

from models.photographs import crops, photos


@dataclasses.dataclass(frozen=True)
class Network:
    """size: height and width. mode: the normalisation that Keras documents, see normalization.NAMED."""

    size: int
    mode: str


# By name in keras.applications.
NETWORKS = {
    "Xception": Network(299, "tf"),
    "MobileNetV2": Network(224, "tf"),
    "MobileNetV3Large": Network(224, "none"),
    "EfficientNetB0": Network(224, "none"),
    "EfficientNetV2B0": Network(224, "none"),
    "ResNet50": Network(224, "caffe"),
    "DenseNet121": Network(224, "torch"),
    "InceptionV3": Network(299, "tf"),
    "NASNetMobile": Network(224, "tf"),
    "ConvNeXtTiny": Network(224, "none"),
}
CALIBRATION_IMAGES, MORE_IMAGES, COMPARED_IMAGES = 16, 64, 8


def images(size: int, calibration: int = CALIBRATION_IMAGES) -> tuple[np.ndarray, np.ndarray]:
    """Return uint8 [N, size, size, 3] crops of photographs, to calibrate with, and of others to compare on."""
    made = [
        crops.exchange_channels(crops.make(split, count, size, seed=seed))
        for split, count, seed in (
            (photos.TRAIN, calibration, 1),
            (photos.HELD_OUT, COMPARED_IMAGES, 2),
        )
    ]
    return made[0], made[1]


@dataclasses.dataclass(frozen=True)
class Saved:
    """path: .keras, or a SavedModel's folder where the network's classes do not load again.

    logits: float32 [N, 1000] of Keras on the images to compare on; swapped: with red and blue exchanged.
    reach: how far the farthest of MORE_IMAGES images lies, see `reach`.
    """

    path: pathlib.Path
    logits: np.ndarray
    swapped: np.ndarray
    reach: float


def reach(logits: np.ndarray) -> float:
    """Return the largest distance of [images, classes] from the median logits, in median distances."""
    distances = np.linalg.norm(logits - np.median(logits, 0), axis=1)
    return float(f"{distances.max() / np.median(distances):.3g}")


def save(name: str, folder: pathlib.Path) -> Saved:
    """Build a network with logits as output and save it.

    Random weights of seed 0. Batch normalisation's statistics are those of photographs, taken in one pass, so that
    every layer's values are of ordinary size; a layer scale, which ConvNeXt begins at 1e-6, is set to 0.3, since its
    blocks would do nothing.
    """
    network = NETWORKS[name]
    keras, tf = tf_quiet.tf_keras(), tf_quiet.tensorflow()
    keras.backend.clear_session()
    keras.utils.set_random_seed(0)
    shape = (network.size, network.size, 3)
    build = getattr(keras.applications, name)
    model = build(weights=None, input_shape=shape, classifier_activation=None)
    calibration, compared = images(network.size)
    mode = normalization.NAMED[network.mode]
    normalize = functools.partial(preprocess.normalize, normalization=mode)
    for layer in model.submodules:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.momentum = 0.0
        if type(layer).__name__ == "LayerScale":
            layer.gamma.assign(tf.fill(layer.gamma.shape, 0.3))
    model(normalize(calibration), training=True)
    logits, swapped = (
        model.predict(normalize(pixels), batch_size=1, verbose=0)
        for pixels in (compared, compared[..., ::-1])
    )
    more, _ = images(network.size, MORE_IMAGES)
    far = reach(model.predict(normalize(more), batch_size=8, verbose=0))
    path = folder / f"{name}.keras"
    model.save(path)
    with contextlib.suppress(Exception):
        keras.models.load_model(path, compile=False)
        return Saved(path, logits, swapped, far)
    path = folder / f"{name}.saved_model"
    tf.saved_model.save(
        model,
        str(path),
        signatures=tf.function(
            lambda image: {"logits": model(image, training=False)}
        ).get_concrete_function(tf.TensorSpec((None, *shape), tf.float32, name="image")),
    )
    return Saved(path, logits, swapped, far)


def equalize(name: str, saved: Saved, folder: pathlib.Path) -> Saved:
    """Return the network with scales equalized between layers and biases corrected, as compression `equalized` does.

    Raises:
      UserError: a network that does not load as Keras layers, or has nothing to even out.
    """
    if saved.path.is_dir():
        raise UserError("a SavedModel has no layers to equalize; export it as .keras")
    network = NETWORKS[name]
    calibration, _ = images(network.size)
    with load.load(saved.path) as loaded:
        equalizing.equalize(loaded.model)
        bias_correction.correct(
            loaded.model, preprocess.normalize(calibration, normalization.NAMED[network.mode])
        )
        path = folder / f"{name}.equalized.keras"
        loaded.model.save(path)
    return dataclasses.replace(saved, path=path)
