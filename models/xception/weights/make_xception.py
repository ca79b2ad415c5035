"""Program: writes the full Xception (299x299x3, 1000 classes) as a `.keras` file.

    make_xception --weights seed --calibration images.npy --out xception.keras
    make_xception --weights imagenet --out xception.keras
    make_xception --weights my_xception.h5 --out xception.keras

`seed` makes untrained but well-behaved weights from photographs (see seed_xception.py).
`imagenet` takes Keras' own, which needs the network. A path names a `.keras` or `.h5` file: a whole
Xception of Keras 2 or weights that `tf_keras.applications.Xception` saved.
"""

from __future__ import annotations

import argparse

import numpy as np
from model_press.formats.errors import UserError
from model_press.images import npy
from model_press.keras_io import keras_file
from model_press.process import tf_quiet

from models.photographs import program


def main(argv: list[str] | None = None) -> None:
    """Parse the arguments and write the model."""
    parser = argparse.ArgumentParser(prog="make_xception", description=__doc__.splitlines()[0])
    parser.add_argument("--weights", default="seed", help="seed, imagenet or the path of a file")
    parser.add_argument("--calibration", help="images.npy of photograph crops; for seed only")
    parser.add_argument("--out", required=True, help="the .keras file to write")
    args = parser.parse_args(argv)
    if (args.weights == "seed") != (args.calibration is not None):
        raise UserError(
            f"--weights is {args.weights} and --calibration {args.calibration or 'not given'}; give --calibration "
            "images.npy with --weights seed, and with nothing else"
        )

    tf_quiet.tensorflow()
    from models.family import xception_family
    from models.xception.weights import seed_xception, xception_weights

    spec = xception_family.XceptionSpec()
    if args.weights == "seed":
        images = np.asarray(npy.read_npy(args.calibration, "calibration images"))
        model = seed_xception.build(spec, images)
    elif args.weights == "imagenet":
        model = xception_weights.imagenet(spec)
    else:
        model = xception_weights.from_file(spec, args.weights)
    keras_file.save(model, args.out)


if __name__ == "__main__":
    program.run(main)
