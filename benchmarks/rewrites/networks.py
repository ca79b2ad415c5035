"""Networks of keras.applications with random weights, as every variant that the benchmark times."""

import dataclasses
import os
import pathlib

import numpy as np
from model_press.convert import convert
from model_press.formats import files, normalization, recipes
from model_press.process import tf_quiet
from model_press.tflite.rewrites import rewriting

from benchmarks.rewrites import peer
from models.photographs import crops, photos

# Name in keras.applications -> (height and width, the normalisation that Keras documents).
NETWORKS = {
    "Xception": (299, "tf"),
    "NASNetMobile": (224, "tf"),
    "InceptionV3": (299, "tf"),
    "DenseNet121": (224, "torch"),
    "ResNet50V2": (224, "tf"),
    "EfficientNetB0": (224, "none"),
    "MobileNetV3Small": (224, "none"),
}
FP32, INT8, REWRITTEN, PEER = "fp32", "int8", "int8 rewritten", "ai-edge-quantizer"
VARIANTS = (FP32, INT8, REWRITTEN, PEER)
_CALIBRATION_IMAGES = 12


def images(size: int) -> np.ndarray:
    """Return uint8 [12, size, size, 3] crops of photographs, for calibration."""
    made = crops.make(photos.TRAIN, _CALIBRATION_IMAGES, size, seed=1)
    return crops.exchange_channels(made)


def convert_all(name: str, folder: pathlib.Path, recipe_folder: str) -> dict[str, str]:
    """Make a network's variants, unless `folder` has them already.

    Args:
      name: a key of NETWORKS; the weights are random, of seed 0.
      folder: gets `<name>.<variant>.tflite`.
      recipe_folder: folder with fp32.json and int8.json.
    Returns:
      Path of the .tflite for each of VARIANTS.
    """
    size, mode = NETWORKS[name]
    paths = {
        variant: str(folder / f"{name}.{variant.replace(' ', '_')}.tflite") for variant in VARIANTS
    }
    if all(os.path.exists(path) for path in paths.values()):
        return paths
    keras = tf_quiet.tf_keras()
    keras.utils.set_random_seed(0)
    source = folder / f"{name}.keras"
    getattr(keras.applications, name)(weights=None, input_shape=(size, size, 3)).save(source)
    keras.backend.clear_session()
    expected, pixels = normalization.NAMED[mode], images(size)
    fp32 = recipes.read(os.path.join(recipe_folder, "fp32.json"))
    int8 = recipes.read(os.path.join(recipe_folder, "int8.json"))
    plain = dataclasses.replace(int8, rewrites=())
    made = {
        FP32: convert.convert_model(source, expected, fp32, None).data,
        INT8: convert.convert_model(source, expected, plain, pixels).data,
    }
    made[REWRITTEN] = rewriting.apply(made[INT8], int8.rewrites)
    made[PEER] = peer.static_wi8_ai8(made[FP32], pixels)
    for variant, data in made.items():
        files.write_bytes(paths[variant], data)
    return paths
