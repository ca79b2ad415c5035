"""Fuses input and output into a variant: its .tflite and manifest in, others of the same weights out."""

import dataclasses

from model_press.camera_input.tflite import entry as entry_ops
from model_press.camera_input.tflite import head
from model_press.camera_input.tflite.ports import PortGraph
from model_press.formats import files, manifest, normalization
from model_press.formats.camera_input import (
    CameraFrame,
    Postprocess,
    camera_input_of,
    check_frame,
)
from model_press.formats.errors import UserError
from model_press.formats.manifest import TfliteManifest
from model_press.formats.normalization import Normalization
from model_press.tflite import arena, op_versions, reader
from model_press.tflite.interpreter import Interpreter


@dataclasses.dataclass(frozen=True)
class Fused:
    """data: the .tflite file."""

    data: bytes
    manifest: TfliteManifest


def fuse(
    data: bytes,
    description: manifest.TfliteManifest,
    name: str,
    camera: CameraFrame,
    postprocess: Postprocess,
) -> Fused:
    """Put a camera input and postprocessing into a variant.

    Args:
      data: the variant's .tflite, with one output [1, classes].
      description: its manifest.
      name: of the result; its file is `name` + ".tflite".
      camera: the frame that will go in.
      postprocess: what will come out; without a step, what came out before.
    Raises:
      UserError: a frame that is not a size, nothing to fuse, a quantised input that wants normalised pixels, a softmax
        behind a softmax, or a model that the runtime does not load.
    """
    check_frame(camera, name)
    normalization = _normalization(description)
    graph = PortGraph(data)
    shape = graph.shape(graph.input)
    as_it_is = entry_ops.is_identity(graph, camera, normalization)
    if as_it_is and not postprocess.steps:
        raise UserError(
            f"{name}: {description.name} takes {camera.width}x{camera.height} RGB bytes and answers scores already; "
            "give a frame size, a color_order or a postprocess"
        )
    if not as_it_is:
        entry_ops.put(graph, camera, normalization)
    head.put(graph, postprocess)
    made = graph.dump()
    file = reader.parse(made, "the fused model")
    # Loads it: a graph that the runtime refuses is a defect, and better known here than in the app.
    Interpreter(made, threads=1)
    return Fused(made, _describe(made, file, description, name, camera, postprocess, shape[1:3]))


def _normalization(description: manifest.TfliteManifest) -> Normalization:
    pre, tensor = description.preprocess, description.input
    if pre.fused:
        return normalization.RAW
    if tensor.dtype != "float32":
        raise UserError(
            f"{description.name} takes {tensor.dtype} codes of normalised pixels, which round ties differently on "
            'different kernels; give a variant whose recipe has "preprocess": "fused" or a float32 input'
        )
    return Normalization(pre.color_order, pre.mean, pre.std)


def _describe(
    data: bytes,
    file: reader.TfliteFile,
    description: manifest.TfliteManifest,
    name: str,
    camera: CameraFrame,
    postprocess: Postprocess,
    network: tuple[int, ...],
) -> TfliteManifest:
    ops = file.builtin_ops()
    scores, indices = file.outputs[0], file.outputs[1] if postprocess.top_k else None
    frame = file.inputs[0]
    return dataclasses.replace(
        description,
        name=name,
        model=manifest.ModelFile(f"{name}.tflite", files.sha256_bytes(data), len(data)),
        input=manifest.Tensor(frame.name, frame.shape, frame.dtype, 1.0, 0),
        output=manifest.Output(
            scores.name,
            scores.shape,
            scores.dtype,
            *_scale(scores),
            indices.name if indices else None,
        ),
        camera_input=camera_input_of(camera, network),
        postprocess=postprocess if postprocess.steps else None,
        preprocess=manifest.Preprocess(
            "RGB" if camera.is_planar else camera.color_order[:3],
            description.preprocess.resize,
            True,
            (0.0, 0.0, 0.0),
            (1.0, 1.0, 1.0),
        ),
        activation_bytes=arena.activation_bytes(data, file),
        requires=manifest.TfliteRequires(
            tuple(manifest.OpUse(*op) for op in ops),
            tuple(file.custom_ops()),
            op_versions.minimum_runtime((operator, version) for operator, version, _ in ops),
        ),
    )


def _scale(tensor: reader.TensorInfo) -> tuple[float, int]:
    return (tensor.scales[0], tensor.zero_points[0]) if tensor.scales else (0.0, 0)
