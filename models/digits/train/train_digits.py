"""Program: trains the digits net and writes it as a `.keras` file (tf_keras, Keras v3 format).

    train_digits --digits DIR --size 80 --width 0.25 --out digits.keras

The same digits, photographs and flags give the same bytes on one machine; on another kind of
processor floating point rounds otherwise, and the net is a sister of the same accuracy.
"""

from __future__ import annotations

import argparse
import os

from model_press.formats.errors import UserError
from model_press.keras_io import keras_file
from model_press.process import tf_quiet

from models.photographs import program


def main(argv: list[str] | None = None) -> None:
    """Parse the arguments, train, report the held-out accuracy and write the file."""
    # oneDNN's convolutions train 3.5 times faster than Eigen's, at the price that another kind of
    # processor sums in another order. TensorFlow reads this when it is imported, hence here.
    os.environ["TF_ENABLE_ONEDNN_OPTS"] = "1"
    tf_quiet.tensorflow()
    from models.digits.data import coloured_digits
    from models.digits.train import training
    from models.family import xception_family
    from models.photographs import photos

    parser = argparse.ArgumentParser(prog="train_digits", description=__doc__.splitlines()[0])
    parser.add_argument(
        "--digits", required=True, help="folder of 0.json to 9.json, or one of these files"
    )
    parser.add_argument("--width", type=float, required=True, help="share of Xception's channels")
    parser.add_argument("--size", type=int, required=True, help="in pixels")
    parser.add_argument("--epochs", type=int, default=16)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", required=True, help="the .keras file to write")
    args = parser.parse_args(argv)
    if args.epochs < 1:
        raise UserError(f"--epochs is {args.epochs}, give at least 1")

    training.make_deterministic()
    composers = {
        split: coloured_digits.composer(
            split,
            args.digits,
            args.size,
            vary_photos=split == photos.TRAIN,
        )
        for split in (photos.TRAIN, photos.HELD_OUT)
    }
    spec = xception_family.XceptionSpec(
        size=args.size,
        classes=len(coloured_digits.LABELS),
        width=args.width,
        middle_blocks=2,
        bn_momentum=training.BN_MOMENTUM,
    )
    model = training.train(
        spec,
        composers[photos.TRAIN],
        epochs=args.epochs,
        seed=args.seed,
    )
    images, classes = composers[photos.HELD_OUT].compose(args.seed)
    print(f"held-out accuracy {training.accuracy(model, images, classes):.2%}", flush=True)
    keras_file.save(model, args.out)


if __name__ == "__main__":
    program.run(main)
