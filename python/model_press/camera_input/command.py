"""The options that the fuse programs of both formats share."""

import argparse

from model_press.formats import camera_input, manifest


def add_arguments(parser: argparse.ArgumentParser, kind: str) -> None:
    """Add the options of the variant, its frame and its answer. kind: "model" or "package", the file's option."""
    parser.add_argument(f"--{kind}", required=True, help="the variant's .tflite or .mlpackage")
    parser.add_argument("--manifest", required=True)
    parser.add_argument("--height", type=int, help="of the frame; default: the variant's own")
    parser.add_argument("--width", type=int)
    parser.add_argument("--fit", choices=("crop", "stretch"), help="default: the variant's own")
    parser.add_argument("--postprocess", action="append", default=[], metavar="softmax|topk|argmax")
    parser.add_argument("--top", type=int, default=5)
    parser.add_argument(f"--out-{kind}", required=True)
    parser.add_argument("--out-manifest", required=True)


def frame_of(
    options: argparse.Namespace,
    plain: manifest.Manifest,
    size: tuple[int, int],
    color_order: camera_input.PixelOrder = "RGB",
    filter: camera_input.Filter = "bilinear_antialias",
    rotation_degrees: camera_input.Rotation = 0,
) -> camera_input.CameraFrame:
    """Return the frame that the options ask for. size: the variant's own height and width."""
    return camera_input.CameraFrame(
        size[0] if options.height is None else options.height,
        size[1] if options.width is None else options.width,
        color_order,
        options.fit or plain.preprocess.resize.fit,
        filter,
        rotation_degrees,
    )


def postprocess_of(
    options: argparse.Namespace, plain: manifest.Manifest
) -> camera_input.Postprocess:
    """Return the checked postprocess that the options ask for."""
    steps = tuple(options.postprocess)
    return camera_input.make_postprocess(steps, options.top, plain.labels.count)
