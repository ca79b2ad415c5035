"""The command line of fused input and output, served by the same worker as model_press; without TensorFlow."""

import argparse
import os
import sys
import typing
from collections.abc import Callable
from typing import Any

from model_press.formats import camera_input
from model_press.process import command_line


def parser() -> argparse.ArgumentParser:
    """Return the subcommands."""
    result, command = command_line.commands("model_press_fused")

    sub = command(
        "fuse", _fuse, "put a camera frame's resize and the answer's choice into a variant"
    )
    sub.add_argument("--model", required=True, help="the variant's .tflite")
    sub.add_argument("--manifest", required=True)
    sub.add_argument("--height", type=int, help="of the frame; default: the variant's own")
    sub.add_argument("--width", type=int)
    sub.add_argument(
        "--color-order", default="RGB", choices=typing.get_args(camera_input.PixelOrder)
    )
    sub.add_argument("--fit", choices=("crop", "stretch"), help="default: the variant's own")
    sub.add_argument(
        "--filter",
        default="bilinear_antialias",
        choices=("bilinear_antialias", "bilinear", "nearest"),
    )
    sub.add_argument("--turn", type=int, default=0, choices=typing.get_args(camera_input.Rotation))
    sub.add_argument("--postprocess", action="append", default=[], metavar="softmax|topk|argmax")
    sub.add_argument("--top", type=int, default=5)
    sub.add_argument("--out-model", required=True)
    sub.add_argument("--out-manifest", required=True)

    add_check_fused(command, "model", "the variant that it was made from", _check_parts)
    return result


def add_check_fused(
    command: Callable[..., argparse.ArgumentParser],
    kind: str,
    origin: str,
    parts: Callable[[], tuple[Callable[..., Any], Callable[..., Any]]],
) -> None:
    """Add check-fused.

    Args:
      command: of cli.commands.
      kind: what is checked, and its option: "model" or "package".
      origin: the plain one, for the help.
      parts: imports and returns the check and the reader of manifests.
    """

    def check(options: argparse.Namespace, say: Callable[[str], None]) -> int:
        compare, read = parts()
        result = compare(
            getattr(options, kind),
            read(options.manifest, camera=True),
            getattr(options, f"plain_{kind}"),
            read(options.plain_manifest, camera=False),
            options.images,
            options.count,
            options.min_agreement,
            options.max_difference,
        )
        return command_line.report(result, options.out, say)

    sub = command("check-fused", check, f"a fused {kind} against the separate steps")
    sub.add_argument(f"--{kind}", required=True)
    sub.add_argument("--manifest", required=True)
    sub.add_argument(f"--plain-{kind}", required=True, help=origin)
    sub.add_argument("--plain-manifest", required=True)
    sub.add_argument("--images", required=True)
    sub.add_argument("--count", type=int, required=True)
    sub.add_argument("--min-agreement", type=float, required=True)
    sub.add_argument("--max-difference", type=float, required=True)
    sub.add_argument("--out", required=True)


def _fuse(options: argparse.Namespace, say: Callable[[str], None]) -> int:
    from model_press.camera_input.tflite import fusing
    from model_press.formats import files, manifest

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
    return 0


def _check_parts() -> tuple[Callable[..., Any], Callable[..., Any]]:
    from model_press.formats import manifest
    from model_press.gates import camera_parity as check

    return check.check, manifest.read_tflite


if __name__ == "__main__":
    sys.exit(command_line.main(make_parser=parser))
