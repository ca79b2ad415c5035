"""The program behind a camera_variant of a Core ML variant: a resize and the choice of classes join its package."""

import argparse
import os

from model_press.camera_input import command
from model_press.camera_input.coreml import fusing
from model_press.coreml import package
from model_press.formats import manifest
from model_press.process import command_line


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    command.add_arguments(parser, "package")
    parser.add_argument("--out-zip", required=True)


def _run(options: argparse.Namespace, say: command_line.Say) -> None:
    plain = manifest.read_coreml(options.manifest, camera=False)
    frame = command.frame_of(options, plain, (plain.input.height, plain.input.width))
    postprocess = command.postprocess_of(options, plain)
    fused = fusing.fuse(options.package, plain, frame, postprocess, options.out_package)
    package.write_zip(options.out_package, options.out_zip, os.path.basename(options.out_package))
    manifest.write(options.out_manifest, fused)


COMMAND = command_line.Command(
    "fuse",
    "put a picture's resize and the choice of classes into a package",
    _add_arguments,
    _run,
)

if __name__ == "__main__":
    command_line.main(COMMAND)
