r"""Writes an image set of coloured digits.

    make_coloured_digits --digits DIR --split held_out --size 64 --out-images I.npy \
        --out-classes C.npy

`held_out` gives the 2,000 digits that no training sees, on photographs that no training sees.
`train --count 200` gives calibration images: composited as in training.
"""

from __future__ import annotations

import argparse

from model_press.formats.errors import UserError
from model_press.images import image_set

from models.digits.data import coloured_digits
from models.photographs import photos, program


def main(argv: list[str] | None = None) -> None:
    """Parse the arguments and write the two arrays."""
    parser = argparse.ArgumentParser(
        prog="make_coloured_digits", description=__doc__.splitlines()[0]
    )
    parser.add_argument(
        "--digits", required=True, help="folder of 0.json to 9.json, or one of these files"
    )
    parser.add_argument("--split", required=True, choices=(photos.TRAIN, photos.HELD_OUT))
    parser.add_argument("--size", required=True, type=int, help="height and width in pixels")
    parser.add_argument("--count", type=int, help="the number of digits (default: all)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out-images", required=True)
    parser.add_argument("--out-classes", required=True)
    args = parser.parse_args(argv)
    composer = coloured_digits.composer(
        args.split,
        args.digits,
        args.size,
        vary_photos=args.split == photos.TRAIN,
    )
    if args.count is not None and not 1 <= args.count <= len(composer.digits):
        raise UserError(
            f"--count {args.count} is not within 1..{len(composer.digits)}, the digits of the "
            f"{args.split} split"
        )
    images, classes = composer.compose(args.seed)
    image_set.write_arrays(
        images[: args.count], classes[: args.count], args.out_images, args.out_classes
    )


if __name__ == "__main__":
    program.run(main)
