"""Converts a model by several recipes in one plain process: what the workers are compared with.

    conversions_by_hand.py --model M --info JSON --calibration NPY --recipe JSON... --times N --out DIR

It imports TensorFlow once, loads the model once a recipe (fusing changes its weights), checks nothing and describes
nothing.
"""

import argparse
import os

import numpy as np
from model_press import files, fuse, load, model_info, recipes
from model_press.convert import calibration, tflite
from model_press.rewrites import rewriting


def main(argv: list[str] | None = None) -> None:
    """Writes DIR/<recipe>_<number>.tflite."""
    parser = argparse.ArgumentParser(prog="conversions_by_hand", description=__doc__)
    parser.add_argument("--model", required=True)
    parser.add_argument("--info", required=True)
    parser.add_argument("--calibration", required=True)
    parser.add_argument("--recipe", action="append", required=True)
    parser.add_argument("--times", type=int, default=2)
    parser.add_argument("--out", required=True)
    options = parser.parse_args(argv)
    pre = model_info.read(options.info).preprocess.normalization
    images = files.read_npy(options.calibration, "calibration images")
    for path in options.recipe:
        recipe = recipes.read(path)
        samples = None
        if recipe.calibration == "required":

            def samples():
                return (image.astype(np.float32) for image in calibration.pinned(images))

        with load.load(options.model) as loaded:
            call, _ = fuse.fuse(loaded, pre, for_int8=recipe.activations == "int8")
            for number in range(options.times):
                data = tflite.convert(call, loaded.height, loaded.width, recipe, samples)
                data = rewriting.apply(data, recipe.rewrites)
                files.write_bytes(os.path.join(options.out, f"{recipe.name}_{number}.tflite"), data)


if __name__ == "__main__":
    main()
