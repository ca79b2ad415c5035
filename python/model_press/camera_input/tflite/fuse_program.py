"""The program behind a camera_variant of a .tflite: a frame's resize and the choice of classes join its graph."""

import argparse
import os
import pathlib
import typing

from model_press.camera_input import command
from model_press.camera_input.tflite import fusing
from model_press.formats import camera_input, files, manifest
from model_press.process import command_line


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    command.add_arguments(parser, "model")
    orders = typing.get_args(camera_input.PixelOrder)
    parser.add_argument("--color-order", default="RGB", choices=orders)
    filters = typing.get_args(camera_input.Filter)
    parser.add_argument("--filter", default="bilinear_antialias", choices=filters)
    rotations = typing.get_args(camera_input.Rotation)
    parser.add_argument("--rotation-degrees", type=int, default=0, choices=rotations)


def _run(options: argparse.Namespace, say: command_line.Say) -> None:
    plain = manifest.read_tflite(options.manifest, camera=False)
    manifest.verify_file(plain.model.sha256, options.model, "model")
    _, height, width, _ = plain.input.shape
    frame = command.frame_of(
        options,
        plain,
        (height, width),
        options.color_order,
        options.filter,
        options.rotation_degrees,
    )
    postprocess = command.postprocess_of(options, plain)
    data = pathlib.Path(options.model).read_bytes()
    name = os.path.splitext(os.path.basename(options.out_model))[0]
    fused = fusing.fuse(data, plain, name, frame, postprocess)
    files.write_bytes(options.out_model, fused.data)
    manifest.write(options.out_manifest, fused.manifest)


COMMAND = command_line.Command(
    "fuse",
    "put a camera frame's resize and the choice of classes into a variant",
    _add_arguments,
    _run,
)

if __name__ == "__main__":
    command_line.main(COMMAND)
