"""The program behind image_set: image files or a generator's arrays in, checked arrays out."""

import argparse
from typing import Any

from model_press.formats.errors import UserError
from model_press.images import image_set, quality
from model_press.process import command_line


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--image", action="append", default=[], metavar="PATH=CLASS")
    parser.add_argument("--images", help="uint8 [N,H,W,3] .npy instead of --image")
    parser.add_argument("--classes", help="int32 [N] .npy, with --images")
    parser.add_argument("--height", type=int)
    parser.add_argument("--width", type=int)
    parser.add_argument("--fit", choices=("crop", "stretch"), default="crop")
    parser.add_argument("--class-count", type=int)
    command_line.require(parser, "--out-images", "--out-classes")


def _run(options: argparse.Namespace, say: command_line.Say) -> None:
    def warn(pixels: Any, classes: Any) -> None:
        for line in quality.warnings(pixels, classes, options.class_count):
            say(f"WARNING {command_line.plain_label(options.label) or 'image-set'}: {line}")

    if options.images is not None:
        if options.image:
            raise UserError(
                f"--images is {options.images}, and --image is given, too; expected one of them"
            )
        pixels, classes = image_set.from_arrays(
            options.images, options.classes, options.class_count
        )
        for what, wanted, got in (
            ("height", options.height, pixels.shape[1]),
            ("width", options.width, pixels.shape[2]),
        ):
            if wanted is not None and wanted != got:
                raise UserError(f"images {options.images} have {what} {got}; expected {wanted}")
        image_set.write_arrays(pixels, classes, options.out_images, options.out_classes)
        warn(pixels, classes)
        return
    if not options.height or not options.width or min(options.height, options.width) < 1:
        raise UserError(
            f"--height is {options.height} and --width {options.width}; expected both, above 0, for image files"
        )
    image_set.write_from_files(
        image_set.parse_items(options.image),
        options.height,
        options.width,
        options.fit,
        options.class_count,
        options.out_images,
        options.out_classes,
    )
    warn(*image_set.from_arrays(options.out_images, options.out_classes, options.class_count))


COMMAND = command_line.Command(
    "image-set", "decode image files, or check a generator's arrays", _add_arguments, _run
)

if __name__ == "__main__":
    command_line.main(COMMAND)
