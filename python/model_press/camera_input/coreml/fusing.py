"""Fuses input and output into a Core ML package: the program of a finished one, with operations before and behind it.

The resize is two products with fixed matrices in float32, whose sums are exact (triangle.py), each rounded to whole
pixel values; scale and bias of the package's own come after it, as they did after the app's resize.
"""

import dataclasses
import functools
import os
import pathlib
from collections.abc import Callable
from typing import Any

import numpy as np

from model_press.camera_input import separate, triangle
from model_press.camera_input.coreml import crop_region
from model_press.coreml import package
from model_press.coreml.evaluator import program
from model_press.coreml.evaluator.classifier import ImageClassifier
from model_press.coreml.protos import quiet
from model_press.formats import manifest
from model_press.formats.camera_input import (
    CameraFrame,
    Postprocess,
    camera_input_of,
    check_coreml_frame,
)
from model_press.formats.errors import UserError
from model_press.formats.manifest import CoremlManifest, ImageInput, Package

_PROBABILITIES = ("softmax", "sigmoid")
# What carries scores on unchanged.
_PASSING = ("cast", "identity", "reshape", "squeeze")
_COLUMNS, _ROWS = 3, 2


def fuse(
    folder: str | os.PathLike[str],
    description: CoremlManifest,
    camera: CameraFrame,
    postprocess: Postprocess,
    out: str | os.PathLike[str],
) -> manifest.CoremlManifest:
    """Make the package `out` of the finished one in `folder`.

    Args:
      description: the finished one's manifest.
      camera: the picture that the app will give: RGB (Core ML orders colours itself), upright, bilinear_antialias.
      postprocess: what comes out; without topk or argmax a label and its probabilities, as before.
      out: a missing or empty folder NAME.mlpackage.
    Raises:
      UserError: a package that is not its manifest's, nothing to fuse, an entry that is not offered here, or a
        softmax behind a softmax.
    """
    name = pathlib.PurePath(out).name.removesuffix(".mlpackage")
    check_coreml_frame(camera, name)
    package.verify(folder, description.model.sha256)
    network = (description.input.height, description.input.width)
    if (camera.height, camera.width) == network and not postprocess.steps:
        raise UserError(
            f"{name}: {description.name} takes {camera.width}x{camera.height} pictures and gives a label already; give "
            "a size or a postprocess"
        )
    classifier = ImageClassifier(folder)
    if "softmax" in postprocess.steps:
        _refuse_second_softmax(classifier)
    model = _rebuilt(folder, classifier, camera, network, postprocess)
    spec = model.get_spec()
    _describe_features(spec, classifier.spec, camera, postprocess)
    package.write(out, spec, pathlib.Path(model.weights_dir) / "weight.bin")
    return _describe(out, description, camera, network, postprocess)


def _refuse_second_softmax(classifier: ImageClassifier) -> None:
    makers = {
        output: op for op in classifier.program.operations for output, _ in op.outputs if op.reads
    }
    op = makers.get(classifier.scores_name)
    while op is not None and op.type in _PASSING:
        # The others that it reads are constants, a cast's dtype for one.
        op = next((makers[name] for name in op.reads if name in makers), None)
    if op is not None and op.type in _PROBABILITIES:
        raise UserError(
            f"the model ends in {op.type} already, so a second softmax would flatten its scores; leave softmax out of "
            "postprocess"
        )


def _rebuilt(
    folder: str | os.PathLike[str],
    classifier: ImageClassifier,
    camera: CameraFrame,
    network: tuple[int, int],
    postprocess: Postprocess,
) -> Any:
    """Return the coremltools model with the operations added."""
    spec = classifier.spec
    with quiet():
        import coremltools as ct
        from coremltools.converters.mil.converter import mil_convert
        from coremltools.converters.mil.frontend.milproto.load import load

        made = load(
            spec,
            specification_version=spec.specificationVersion,
            file_weights_dir=str((pathlib.Path(folder) / program.WEIGHTS).parent),
        )
        main = made.functions["main"]
        if (camera.height, camera.width) != network:
            _put_entry(main, classifier.input_name, camera, network)
        if postprocess.steps:
            _put_answer(main, postprocess)
        return mil_convert(
            made,
            convert_to="mlprogram",
            convert_from="milinternal",
            specification_version=spec.specificationVersion,
            compute_units=ct.ComputeUnit.ALL,
            skip_model_load=True,
            # A label is not an output that coremltools describes itself.
            model_description=None if postprocess.top_k else spec.description,
        )


def _put_entry(main: Any, name: str, camera: CameraFrame, network: tuple[int, int]) -> None:
    from coremltools.converters.mil.mil import Builder as mb

    placeholder = main.placeholder_inputs[name]
    old = placeholder.outputs[0]
    first = main.operations[0]
    # As coremltools' own passes change an input: the same placeholder with another shape.
    placeholder.__init__((1, 3, camera.height, camera.width), dtype=placeholder.dtype, name=name)
    main._input_dict[name] = placeholder.outputs[0]
    height, width = network
    left, top, right, bottom = separate.box(camera, height, width)
    with main, mb.set_before_op(first):
        x = placeholder.outputs[0]
        if (left, top, right, bottom) != (0, 0, camera.width, camera.height):
            begin, end = [0, 0, top, left], [1, 3, bottom, right]
            x = mb.slice_by_index(x=x, begin=begin, end=end, name=crop_region.CROP)
        # Each constant once: a square picture has the same along both axes.
        constant = functools.cache(_constant)
        x = _resampled(x, constant, _COLUMNS, width, crop_region.COLUMNS)
        x = _resampled(x, constant, _ROWS, height, crop_region.ROWS)
    main.replace_uses_of_var_after_op(anchor_op=x.op, old_var=old, new_var=x)


def _constant(size: int, out: int, part: str) -> Any:
    """Return the matrix [out, size] of one part, "high" or "low", or None."""
    from coremltools.converters.mil.mil import Builder as mb

    matrix = getattr(triangle.matrices(size, out), part)
    return (
        None if matrix is None else mb.const(val=matrix, name=f"entry_weights_{size}_{out}_{part}")
    )


def _resampled(
    x: Any, constant: Callable[[int, int, str], Any], axis: int, out: int, name: str
) -> Any:
    from coremltools.converters.mil.mil import Builder as mb

    size = x.shape[axis]
    if size == out:
        return x

    def product(matrix: Any, part: str) -> Any:
        label = f"{name}_{part}"
        if axis == _COLUMNS:
            return mb.matmul(x=x, y=matrix, transpose_y=True, name=label)
        return mb.matmul(x=matrix, y=x, name=label)

    total = product(constant(size, out, "high"), "high")
    total = mb.add(x=total, y=np.float32(0.5), name=f"{name}_half")
    low = constant(size, out, "low")
    if low is not None:
        whole = mb.floor(x=product(low, "low"), name=f"{name}_low_whole")
        scale = np.float32(triangle.matrices(size, out).low_scale)
        total = mb.add(
            x=total, y=mb.mul(x=whole, y=scale, name=f"{name}_low_part"), name=f"{name}_sum"
        )
    return mb.floor(x=total, name=name + crop_region.ROUNDED)


def _put_answer(main: Any, postprocess: Postprocess) -> None:
    from coremltools.converters.mil.mil import Builder as mb

    classify = next(op for op in main.operations if op.op_type == "classify")
    scores = classify.probabilities
    with main, mb.set_before_op(classify):
        if "softmax" in postprocess.steps:
            made = mb.softmax(x=scores, axis=-1, name="answer_softmax")
            main.replace_uses_of_var_after_op(anchor_op=made.op, old_var=scores, new_var=made)
            scores = made
        if postprocess.top_k:
            best, indices = mb.topk(x=scores, k=postprocess.top_k, axis=-1, name="answer_best")
            best.name, indices.name = crop_region.SCORES, crop_region.INDICES
    if postprocess.top_k:
        main.set_outputs([best, indices])
        main.remove_ops([classify])


def _describe_features(
    spec: Any, before: Any, camera: CameraFrame, postprocess: Postprocess
) -> None:
    """Describe the features as in the finished package, apart from the changed ones."""
    outputs = [
        type(output).FromString(output.SerializeToString()) for output in spec.description.output
    ]
    spec.description.CopyFrom(before.description)
    image = spec.description.input[0].type.imageType
    image.height, image.width = camera.height, camera.width
    if postprocess.top_k:
        for field in ("output", "predictedFeatureName", "predictedProbabilitiesName"):
            spec.description.ClearField(field)
        texts = ("Scores of the best classes", "Their numbers, best first")
        for output, text in zip(outputs, texts, strict=True):
            output.shortDescription = text
        spec.description.output.extend(outputs)


def _describe(
    out: str | os.PathLike[str],
    description: CoremlManifest,
    camera: CameraFrame,
    network: tuple[int, int],
    postprocess: Postprocess,
) -> manifest.CoremlManifest:
    spec = program.read_spec(out)
    name = pathlib.PurePath(out).name
    image = description.input
    return dataclasses.replace(
        description,
        name=name.removesuffix(".mlpackage"),
        model=Package(name, package.digest(out), package.size(out), spec.specificationVersion),
        input=ImageInput(image.name, camera.height, camera.width, image.color_order),
        output=_output(description, postprocess),
        camera_input=camera_input_of(camera, network),
        postprocess=postprocess if postprocess.steps else None,
        requires=manifest.CoremlRequires(
            tuple(sorted({op.type for op in program.read(out, spec).operations})),
            description.requires.minimum_ios,
        ),
    )


def _output(description: CoremlManifest, postprocess: Postprocess) -> manifest.CoremlOutput:
    if not postprocess.top_k:
        return description.output
    return manifest.CoremlOutput(
        crop_region.SCORES, (1, postprocess.top_k), "float32", 0.0, 0, crop_region.INDICES
    )
