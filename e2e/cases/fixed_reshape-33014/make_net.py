"""Writes a classifier with a Reshape to a size in numbers, into which a converter writes the batch of one."""

import argparse
import sys

from model_press.keras_io import keras_file
from model_press.process import tf_quiet


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", required=True)
    out = parser.parse_args(argv).out
    k = tf_quiet.tf_keras()
    k.utils.set_random_seed(0)
    image = k.Input((16, 16, 3))
    x = k.layers.Conv2D(4, 3, strides=3, activation="relu")(image)
    x = k.layers.Reshape((5 * 5 * 4,))(x)
    keras_file.save(k.Model(image, k.layers.Dense(20, activation="softmax")(x)), out)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
