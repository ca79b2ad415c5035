"""check-camera-parity: whether a model with fused input and output answers as the separate steps do."""

import argparse
import os

import numpy as np

from model_press.camera_input import separate
from model_press.camera_input.tflite import frames
from model_press.camera_input.tflite.runner import FusedRunner
from model_press.formats import manifest
from model_press.formats.errors import UserError
from model_press.formats.manifest import TfliteManifest
from model_press.gates import parity
from model_press.gates.command import gate
from model_press.gates.result import Measure, Result
from model_press.images import outputs_file, preprocess
from model_press.tflite import delegation
from model_press.tflite.interpreter import Interpreter


def check(
    model: str | os.PathLike[str],
    description: TfliteManifest,
    plain_model: str | os.PathLike[str],
    plain: manifest.TfliteManifest,
    images_path: str | os.PathLike[str],
    count: int,
    min_agreement: float,
    max_difference: float,
) -> Result:
    """Compare a fused model with the variant that it was made from, on the same frames.

    Args:
      plain_model, plain: that variant; around it stand separate.pixels and separate.answer.
      images_path: uint8 RGB pixels [N, H, W, 3] of the network's size, of which the first `count` become frames.
      min_agreement: least share of frames with the same classes in the same order.
      max_difference: most that any score may differ, in the scores' unit.
    Raises:
      UserError: files that are not the manifests', or images on which hardly ever another class is best.
    """
    manifest.verify_file(description.model.sha256, model, "model")
    manifest.verify_file(plain.model.sha256, plain_model, "model")
    height, width = description.camera.model_input_size
    pixels = outputs_file.read_images(images_path, height, width)[:count]
    runner, network = FusedRunner(model, description, 1), Interpreter(plain_model, 1)
    same, largest, tops = 0, 0.0, []
    for image in pixels:
        frame = frames.make(image, description.camera)
        scores, indices = runner.run(frame)
        expected, best = _separately(network, plain, frame, description)
        same += indices is None or np.array_equal(indices, best)
        largest = max(largest, float(np.abs(scores.astype(np.float64) - expected).max()))
        tops.append(int(expected.argmax() if best is None else best[0]))
    distinct, needed = len(set(tops)), parity.min_distinct_top1(description.labels.count)
    if distinct < needed:
        raise UserError(
            f"the images are degenerate: {distinct} distinct top-1 classes on {len(tops)} frames, at least "
            f"{needed} are needed; choose more varied images"
        )
    partitions, rest = delegation.partitions_and_rest(runner.ops)
    before, _ = delegation.partitions_and_rest(network._interpreter._get_ops_details())
    # Of a network that the delegate takes nothing of, such as int16x8, what is put in front is a partition by itself.
    before = max(1, before)
    return Result(
        "fused parity",
        (
            Measure("frames with the same classes", same / len(tops), min_agreement, at_most=False),
            Measure("largest score difference", largest, max_difference, at_most=True),
            Measure("partitions more than unfused", max(0, partitions - before), 0, at_most=True),
        ),
        {
            "frames": len(tops),
            "distinct top-1 classes": distinct,
            "partitions": partitions,
            "outside the delegate": ", ".join(op["op_name"] for op in rest),
        },
    )


def _separately(
    network: Interpreter,
    plain: manifest.TfliteManifest,
    frame: np.ndarray,
    description: TfliteManifest,
) -> tuple[np.ndarray, np.ndarray | None]:
    seen = separate.pixels(frame, description.camera, *description.camera.model_input_size)
    codes = network.run(preprocess.encode_input(seen[None], plain))[0]
    return separate.answer(preprocess.decode_output(codes, plain.output), description.postprocess)


def add_arguments(parser: argparse.ArgumentParser, kind: str, origin: str) -> None:
    """Add the options of a comparison of a variant with camera input with the plain one.

    Args:
      kind: the checked file, and its option: "model" or "package".
      origin: the plain one, for the help.
    """
    parser.add_argument(f"--{kind}", required=True)
    parser.add_argument("--manifest", required=True)
    parser.add_argument(f"--plain-{kind}", required=True, help=origin)
    parser.add_argument("--plain-manifest", required=True)
    parser.add_argument("--images", required=True)
    parser.add_argument("--count", type=int, required=True)
    parser.add_argument("--min-agreement", type=float, required=True)
    parser.add_argument("--max-difference", type=float, required=True)


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    add_arguments(parser, "model", "the variant that it was made from")


def _check(options: argparse.Namespace) -> Result:
    return check(
        options.model,
        manifest.read_tflite(options.manifest, camera=True),
        options.plain_model,
        manifest.read_tflite(options.plain_manifest, camera=False),
        options.images,
        options.count,
        options.min_agreement,
        options.max_difference,
    )


COMMAND = gate(
    "check-camera-parity",
    "a model with camera input against the separate steps",
    _add_arguments,
    _check,
)
