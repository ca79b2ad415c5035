"""Fuses input and output into a variant: its .tflite and manifest in, others of the same weights out."""

import dataclasses

from model_press.camera_input.tflite import entry as entry_ops
from model_press.camera_input.tflite import head
from model_press.camera_input.tflite.ports import PortGraph
from model_press.formats import files, manifest, normalization
from model_press.formats.camera_input import Answer, Entry, check_entry
from model_press.formats.camera_manifest import FusedManifest, Port
from model_press.formats.errors import UserError
from model_press.formats.normalization import Normalization
from model_press.tflite import op_versions, reader
from model_press.tflite.interpreter import Interpreter


@dataclasses.dataclass(frozen=True)
class Fused:
    """data: the .tflite file."""

    data: bytes
    manifest: FusedManifest


def fuse(
    data: bytes, description: manifest.Manifest, name: str, entry: Entry, answer: Answer
) -> Fused:
    """Fuse an entry and an answer into a variant.

    Args:
      data: the variant's .tflite, with one output [1, classes].
      description: its manifest.
      name: of the result; its file is `name` + ".tflite".
      entry: the frame that will go in.
      answer: what will come out; without a step, what came out before.
    Raises:
      UserError: a frame that is not a size, nothing to fuse, a quantised input that wants normalised pixels, a softmax
        behind a softmax, or a model that the runtime does not load.
    """
    check_entry(entry, name)
    normalization = _normalization(description)
    graph = PortGraph(data)
    shape = graph.shape(graph.input)
    as_it_is = entry_ops.is_identity(graph, entry, normalization)
    if as_it_is and not answer.steps:
        raise UserError(
            f"{name}: {description.name} takes {entry.width}x{entry.height} RGB bytes and answers scores already; give "
            "a frame size, a color_order or a postprocess"
        )
    if not as_it_is:
        entry_ops.put(graph, entry, normalization)
    head.put(graph, answer)
    made = graph.dump()
    file = reader.parse(made, "the fused model")
    # Loads it: a graph that the runtime refuses is a defect, and better known here than in the app.
    Interpreter(made, threads=1)
    return Fused(made, _describe(made, file, description, name, entry, answer, shape[1:3]))


def _normalization(description: manifest.Manifest) -> Normalization:
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
    description: manifest.Manifest,
    name: str,
    entry: Entry,
    answer: Answer,
    network: tuple[int, ...],
) -> FusedManifest:
    ops = file.builtin_ops()
    outputs = [Port(t.name, t.shape, t.dtype, *_code(t)) for t in file.outputs]
    frame = file.inputs[0]
    return FusedManifest(
        schema_version=2,
        name=name,
        model=manifest.ModelFile(f"{name}.tflite", "tflite", files.sha256_bytes(data), len(data)),
        source=description.source,
        recipe=description.recipe,
        input=Port(frame.name, frame.shape, frame.dtype, 1.0, 0),
        entry=entry,
        network=tuple(network),
        answer=answer,
        scores=outputs[0],
        indices=outputs[1] if answer.picks else None,
        preprocess=manifest.Preprocess(
            "RGB" if entry.is_planar else entry.color_order[:3],
            description.preprocess.resize,
            True,
            (0.0, 0.0, 0.0),
            (1.0, 1.0, 1.0),
        ),
        labels=description.labels,
        ops=tuple(manifest.OpUse(*op) for op in ops),
        custom_ops=tuple(file.custom_ops()),
        minimum_runtime=op_versions.minimum_runtime(
            (operator, version) for operator, version, _ in ops
        ),
    )


def _code(tensor: reader.TensorInfo) -> tuple[float, int]:
    return (tensor.scales[0], tensor.zero_points[0]) if tensor.scales else (0.0, 0)
