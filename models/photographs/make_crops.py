"""Program: writes an image set of photograph crops.

    make_crops --split train --count 100 --size 299 --seed 1 --out-images I.npy --out-classes C.npy

Use the train split for calibration and the held_out split for golden inputs. Classes are -1.
"""

from __future__ import annotations

import argparse

import numpy as np
from model_press.images import image_set

from models.photographs import crops, photos, program


def main(argv: list[str] | None = None) -> None:
    """Parse the arguments and write the two arrays."""
    parser = argparse.ArgumentParser(prog="make_crops", description=__doc__.splitlines()[0])
    parser.add_argument("--split", required=True, choices=(photos.TRAIN, photos.HELD_OUT))
    parser.add_argument("--count", required=True, type=int)
    parser.add_argument("--size", required=True, type=int, help="height and width in pixels")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--exchange-channels", action="store_true", help="vary the colours by exchanging channels"
    )
    parser.add_argument("--out-images", required=True)
    parser.add_argument("--out-classes", required=True)
    args = parser.parse_args(argv)
    images = crops.make(args.split, args.count, args.size, args.seed)
    if args.exchange_channels:
        images = crops.exchange_channels(images)
    classes = np.full(len(images), image_set.UNLABELED, np.int32)
    image_set.write_arrays(images, classes, args.out_images, args.out_classes)


if __name__ == "__main__":
    program.run(main)
