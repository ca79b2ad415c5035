"""The program behind coreml_fused_variant: it puts a picture's resize and the choice of classes into a package."""

import argparse
import os

from model_press.camera_input.coreml import fusing
from model_press.coreml import package
from model_press.formats import camera_input, manifest
from model_press.process import command_line


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--package", required=True, help="the finished .mlpackage")
    parser.add_argument("--manifest", required=True)
    parser.add_argument("--height", type=int, help="of the picture; default: the package's own")
    parser.add_argument("--width", type=int)
    parser.add_argument("--fit", choices=("crop", "stretch"), help="default: the package's own")
    parser.add_argument("--postprocess", action="append", default=[], metavar="softmax|topk|argmax")
    parser.add_argument("--top", type=int, default=5)
    parser.add_argument("--out-package", required=True, help="folder NAME.mlpackage")
    parser.add_argument("--out-zip", required=True)
    parser.add_argument("--out-manifest", required=True)


def _run(options: argparse.Namespace, say: command_line.Say) -> None:
    plain = manifest.read_coreml(options.manifest, camera=False)
    camera = camera_input.CameraFrame(
        plain.input.height if options.height is None else options.height,
        plain.input.width if options.width is None else options.width,
        "RGB",
        options.fit or plain.preprocess.resize.fit,
        "bilinear_antialias",
    )
    postprocess = camera_input.make_postprocess(
        tuple(options.postprocess), options.top, plain.labels.count
    )
    made = fusing.fuse(options.package, plain, camera, postprocess, options.out_package)
    package.write_zip(options.out_package, options.out_zip, os.path.basename(options.out_package))
    manifest.write(options.out_manifest, made)


COMMAND = command_line.Command(
    "fuse",
    "put a picture's resize and the choice of classes into a package",
    _add_arguments,
    _run,
)

if __name__ == "__main__":
    command_line.main(COMMAND)
