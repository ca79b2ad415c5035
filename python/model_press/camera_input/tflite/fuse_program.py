"""The program behind fused_variant: it puts a camera frame's resize and the choice of classes into a model."""

import argparse
import os
import typing

from model_press.camera_input.tflite import fusing
from model_press.formats import camera_input, files, manifest
from model_press.process import command_line


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--model", required=True, help="the variant's .tflite")
    parser.add_argument("--manifest", required=True)
    parser.add_argument("--height", type=int, help="of the frame; default: the variant's own")
    parser.add_argument("--width", type=int)
    parser.add_argument(
        "--color-order", default="RGB", choices=typing.get_args(camera_input.PixelOrder)
    )
    parser.add_argument("--fit", choices=("crop", "stretch"), help="default: the variant's own")
    parser.add_argument(
        "--filter",
        default="bilinear_antialias",
        choices=("bilinear_antialias", "bilinear", "nearest"),
    )
    parser.add_argument(
        "--turn", type=int, default=0, choices=typing.get_args(camera_input.Rotation)
    )
    parser.add_argument("--postprocess", action="append", default=[], metavar="softmax|topk|argmax")
    parser.add_argument("--top", type=int, default=5)
    parser.add_argument("--out-model", required=True)
    parser.add_argument("--out-manifest", required=True)


def _run(options: argparse.Namespace, say: command_line.Say) -> None:
    plain = manifest.read_tflite(options.manifest, camera=False)
    manifest.verify_file(plain.model.sha256, options.model, "model")
    _, height, width, _ = plain.input.shape
    camera = camera_input.CameraFrame(
        height if options.height is None else options.height,
        width if options.width is None else options.width,
        options.color_order,
        options.fit or plain.preprocess.resize.fit,
        options.filter,
        options.turn,
    )
    postprocess = camera_input.make_postprocess(
        tuple(options.postprocess), options.top, plain.labels.count
    )
    with open(options.model, "rb") as file:
        data = file.read()
    name = os.path.splitext(os.path.basename(options.out_model))[0]
    made = fusing.fuse(data, plain, name, camera, postprocess)
    files.write_bytes(options.out_model, made.data)
    manifest.write(options.out_manifest, made.manifest)


COMMAND = command_line.Command(
    "fuse",
    "put a camera frame's resize and the choice of classes into a variant",
    _add_arguments,
    _run,
)

if __name__ == "__main__":
    command_line.main(COMMAND)
