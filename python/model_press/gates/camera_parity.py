"""check-camera-parity: whether a variant with camera input answers as the separate steps do."""

import argparse
import dataclasses
import os
from collections.abc import Callable

import numpy as np

from model_press.camera_input import separate
from model_press.camera_input.coreml.runner import FusedPackage
from model_press.camera_input.tflite.runner import FusedRunner
from model_press.coreml import package, verify
from model_press.coreml.evaluator.classifier import ImageClassifier
from model_press.formats import manifest
from model_press.formats.errors import UserError
from model_press.formats.manifest import CoremlManifest, Manifest, TfliteManifest
from model_press.gates import parity
from model_press.gates.command import gate
from model_press.gates.result import Measure, Result
from model_press.images import outputs_file, preprocess
from model_press.tflite import delegation
from model_press.tflite.interpreter import Interpreter

_Path = str | os.PathLike[str]


@dataclasses.dataclass(frozen=True)
class _Loaded:
    """Both variants. run: scores and class indices of a frame. plain: scores of uint8 RGB pixels [height, width, 3]."""

    run: Callable[[np.ndarray], tuple[np.ndarray, np.ndarray | None]]
    plain: Callable[[np.ndarray], np.ndarray]
    measures: tuple[Measure, ...] = ()
    facts: dict[str, float | str] = dataclasses.field(default_factory=dict)


def check(
    model: _Path,
    description: Manifest,
    plain_model: _Path,
    plain: Manifest,
    images_path: _Path,
    count: int,
    min_agreement: float,
    max_difference: float,
) -> Result:
    """Compare a variant with camera input with the one that it was made from, on the same frames.

    Args:
      model, description: a .tflite or .mlpackage and its manifest.
      plain_model, plain: the other variant; around it stand separate.pixels and separate.answer.
      images_path: uint8 RGB pixels [N, H, W, 3] of the network's size, of which the first `count` become frames.
      min_agreement: least share of frames with the same classes in the same order.
      max_difference: most that any score may differ, in the scores' unit.
    Raises:
      UserError: files that are not the manifests', or images on which hardly ever another class is best.
    """
    if isinstance(description, TfliteManifest) and isinstance(plain, TfliteManifest):
        loaded = _tflite(model, description, plain_model, plain)
    else:
        assert isinstance(description, CoremlManifest) and isinstance(plain, CoremlManifest)
        loaded = _coreml(model, description, plain_model, plain)
    camera = description.camera
    pixels = outputs_file.read_images(images_path, *camera.model_input_size)[:count]
    same, largest, tops = 0, 0.0, []
    for image in pixels:
        frame = separate.frame_showing(image, camera)
        scores, indices = loaded.run(frame)
        seen = separate.pixels(frame, camera, *camera.model_input_size)
        expected, best = separate.answer(loaded.plain(seen), description.postprocess)
        same += indices is None or (best is not None and np.array_equal(indices, best))
        largest = max(largest, float(np.abs(scores.astype(np.float64) - expected).max()))
        tops.append(int(expected.argmax() if best is None else best[0]))
    distinct, needed = len(set(tops)), parity.min_distinct_top1(description.labels.count)
    if distinct < needed:
        raise UserError(
            f"the images are degenerate: {distinct} distinct top-1 classes on {len(tops)} frames, at least "
            f"{needed} are needed; choose more varied images"
        )
    return Result(
        "fused parity",
        (
            Measure("frames with the same classes", same / len(tops), min_agreement, at_most=False),
            Measure("largest score difference", largest, max_difference, at_most=True),
            *loaded.measures,
        ),
        {"frames": len(tops), "distinct top-1 classes": distinct, **loaded.facts},
    )


def _tflite(
    model: _Path, description: TfliteManifest, plain_model: _Path, plain: TfliteManifest
) -> _Loaded:
    manifest.verify_file(description.model.sha256, model, "model")
    manifest.verify_file(plain.model.sha256, plain_model, "model")
    runner, network = FusedRunner(model, description, 1), Interpreter(plain_model, 1)
    partitions, rest = delegation.partitions_and_rest(runner.ops)
    before, _ = delegation.partitions_and_rest(network._interpreter._get_ops_details())
    # Of a network that the delegate takes nothing of, such as int16x8, what is put in front is a partition by itself.
    more = max(0, partitions - max(1, before))

    def scores(seen: np.ndarray) -> np.ndarray:
        outputs = network.run(preprocess.encode_input(seen[None], plain))
        return preprocess.decode_output(outputs[0], plain.output)

    return _Loaded(
        runner.run,
        scores,
        (Measure("partitions more than unfused", more, 0, at_most=True),),
        {
            "partitions": partitions,
            "outside the delegate": ", ".join(op["op_name"] for op in rest),
        },
    )


def _coreml(
    folder: _Path, description: CoremlManifest, plain_folder: _Path, plain: CoremlManifest
) -> _Loaded:
    package.verify(plain_folder, plain.model.sha256)
    network = ImageClassifier(plain_folder)
    verify.check(network, plain)
    return _Loaded(FusedPackage(folder, description).run, lambda seen: network.run(seen[None])[0])


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--model", required=True, help="a .tflite or .mlpackage")
    parser.add_argument("--manifest", required=True)
    parser.add_argument("--plain-model", required=True, help="the variant that it was made from")
    parser.add_argument("--plain-manifest", required=True)
    parser.add_argument("--images", required=True)
    parser.add_argument("--count", type=int, required=True)
    parser.add_argument("--min-agreement", type=float, required=True)
    parser.add_argument("--max-difference", type=float, required=True)


def _check(options: argparse.Namespace) -> Result:
    is_tflite = manifest.read(options.manifest).format == manifest.TFLITE
    read = manifest.read_tflite if is_tflite else manifest.read_coreml
    return check(
        options.model,
        read(options.manifest, camera=True),
        options.plain_model,
        read(options.plain_manifest, camera=False),
        options.images,
        options.count,
        options.min_agreement,
        options.max_difference,
    )


COMMAND = gate(
    "check-camera-parity",
    "a variant with camera input against the separate steps",
    _add_arguments,
    _check,
)
