"""The command line of fused Core ML packages, served by the same worker as model_press; without TensorFlow."""

import argparse
import os
import sys
from collections.abc import Callable
from typing import Any

# Before NumPy: BLAS threads that wait for each other cost more than they bring when actions run side by side.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from model_press.camera_input.tflite import cli as fused_cli
from model_press.process import command_line


def parser() -> argparse.ArgumentParser:
    """Return the subcommands."""
    result, command = command_line.commands("model_press_coreml_fused")

    sub = command("fuse", _fuse, "put a picture's resize and the answer's choice into a package")
    sub.add_argument("--package", required=True, help="the finished .mlpackage")
    sub.add_argument("--manifest", required=True)
    sub.add_argument("--height", type=int, help="of the picture; default: the package's own")
    sub.add_argument("--width", type=int)
    sub.add_argument("--fit", choices=("crop", "stretch"), help="default: the package's own")
    sub.add_argument("--postprocess", action="append", default=[], metavar="softmax|topk|argmax")
    sub.add_argument("--top", type=int, default=5)
    sub.add_argument("--out-package", required=True, help="folder NAME.mlpackage")
    sub.add_argument("--out-zip", required=True)
    sub.add_argument("--out-manifest", required=True)

    fused_cli.add_check_fused(command, "package", "the one that it was made from", _check_parts)
    return result


def _fuse(options: argparse.Namespace, say: Callable[[str], None]) -> int:
    from model_press.camera_input.coreml import fusing
    from model_press.coreml import package
    from model_press.formats import camera_input, manifest

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
    return 0


def _check_parts() -> tuple[Callable[..., Any], Callable[..., Any]]:
    from model_press.formats import manifest
    from model_press.gates import coreml_camera_parity

    return coreml_camera_parity.check, manifest.read_coreml


if __name__ == "__main__":
    sys.exit(command_line.main(make_parser=parser))
