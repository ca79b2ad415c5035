"""Converts a model by several recipes in one plain process, for comparison with the workers.

    conversions_by_hand.py --model M --info JSON --calibration NPY --recipe JSON... --times N --out DIR

It imports TensorFlow once, loads the model once a recipe (fusing changes its weights), calls TensorFlow's converter
as its manual says, checks nothing and describes nothing.
"""

import argparse
import os
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from model_press.convert import calibration
from model_press.formats import files, model_info, recipes
from model_press.images import npy
from model_press.keras_io import fold_preprocessing, load
from model_press.process.tf_quiet import tensorflow
from model_press.tflite.rewrites import rewriting


def main(argv: list[str] | None = None) -> None:
    """Write DIR/<recipe>_<number>.tflite."""
    parser = argparse.ArgumentParser(prog="conversions_by_hand", description=__doc__)
    parser.add_argument("--model", required=True)
    parser.add_argument("--info", required=True)
    parser.add_argument("--calibration", required=True)
    parser.add_argument("--recipe", action="append", required=True)
    parser.add_argument("--times", type=int, default=2)
    parser.add_argument("--out", required=True)
    options = parser.parse_args(argv)
    pre = model_info.read(options.info).preprocess.normalization
    images = npy.read_npy(options.calibration, "calibration images")

    def samples() -> Iterator[list[np.ndarray]]:
        return ([image.astype(np.float32)] for image in calibration.with_full_range(images))

    for path in options.recipe:
        recipe = recipes.read(path)
        with load.load(options.model) as loaded:
            call, _ = fold_preprocessing.fuse(loaded, pre, for_int8=recipe.activations == "int8")
            for number in range(options.times):
                data = _convert(call, loaded.height, loaded.width, recipe, samples)
                data = rewriting.apply(data, recipe.rewrites)
                files.write_bytes(os.path.join(options.out, f"{recipe.name}_{number}.tflite"), data)


def _convert(
    call: Callable[[Any], Any],
    height: int,
    width: int,
    recipe: recipes.Recipe,
    samples: Callable[[], Iterator[list[np.ndarray]]],
) -> bytes:
    """Return the .tflite file of a function from float32 [1, height, width, 3] to scores."""
    tf = tensorflow()
    bytes_in = recipe.activations == "float32"
    spec = tf.TensorSpec((1, height, width, 3), tf.uint8 if bytes_in else tf.float32, name="image")

    def serve(image: Any) -> dict[str, Any]:
        return {"scores": call(tf.cast(image, tf.float32) if bytes_in else image)}

    graph = tf.function(serve, input_signature=[spec], autograph=False)
    concrete = graph.get_concrete_function()
    owner = tf.Module()
    owner.kept = concrete.variables
    converter = tf.lite.TFLiteConverter.from_concrete_functions([concrete], owner)
    converter._experimental_disable_per_channel_quantization_for_dense_layers = True
    ops = tf.lite.OpsSet
    if recipe.weights != "float32":
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
    if recipe.weights == "float16":
        converter.target_spec.supported_types = [tf.float16]
    if not bytes_in:
        converter.representative_dataset = samples
    if recipe.activations == "int16":
        converter.target_spec.supported_ops = [
            ops.EXPERIMENTAL_TFLITE_BUILTINS_ACTIVATIONS_INT16_WEIGHTS_INT8
        ]
    if recipe.activations == "int8":
        converter.target_spec.supported_ops = [ops.TFLITE_BUILTINS_INT8]
        converter.inference_input_type = tf.uint8
        converter.inference_output_type = tf.uint8
    converted: bytes = converter.convert()
    return converted


if __name__ == "__main__":
    main()
