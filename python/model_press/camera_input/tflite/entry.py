"""Puts an app's frame in front of a network: crop, resize, colour order and normalisation, see chain.py."""

import numpy as np
from ai_edge_litert import schema_py_generated as schema

from model_press.camera_input import separate
from model_press.camera_input.tflite import planes
from model_press.camera_input.tflite.chain import Chain
from model_press.camera_input.tflite.ports import PortGraph
from model_press.formats.camera_input import CameraFrame
from model_press.formats.normalization import RAW, Normalization


def put(graph: PortGraph, camera: CameraFrame, normalization: Normalization) -> None:
    """Change the graph's input into uint8 [1, *camera.shape].

    Args:
      graph: takes [1, height, width, 3]: float32, or uint8 pixels that it casts or quantises at scale 1.
      normalization: what the graph's float input expects of a pixel; RAW where it takes pixels.
    """
    _, height, width, _ = graph.shape(graph.input)
    source = graph.input
    target, reader = _network_input(graph)
    chain = Chain(graph, source)
    graph.make_input((1, *camera.shape))
    left, top, right, bottom = box = _stored_box(camera, height, width)
    if camera.is_planar:
        planes.put(chain, camera.color_order, camera.height, box)
    else:
        # Of bytes, before they are four times as many as floats. Alpha comes last, so that it goes with the margins.
        chain.slice((0, top, left, 0), (1, bottom - top, right - left, 3))
        if camera.filter == "nearest":
            chain.resize_nearest(height, width)
        chain.cast()
    if camera.filter == "bilinear_antialias":
        chain.resize_antialiased(height, width, camera.rotation_degrees)
    elif camera.filter == "bilinear":
        chain.resize_bilinear(height, width)
    order = "RGB" if camera.is_planar else camera.color_order[:3]
    if order != "RGB" or not normalization.is_identity:
        chain.mix_channels(order, normalization)
    chain.end(target)
    if reader is None:
        graph.operators[:0] = chain.operators
    else:
        graph.replace(reader, chain.operators)


def is_identity(graph: PortGraph, camera: CameraFrame, normalization: Normalization = RAW) -> bool:
    """Return whether the graph takes these very bytes already."""
    as_is = graph.shape(graph.input) == (1, *camera.shape) and graph.dtype(graph.input) == "uint8"
    return (
        as_is
        and camera.color_order == "RGB"
        and not camera.rotation_degrees
        and normalization.is_identity
    )


def _network_input(graph: PortGraph) -> tuple[int, schema.OperatorT | None]:
    """Return the tensor that the entry has to write, and the operator that it replaces, if any."""
    readers = graph.consumers(graph.input)
    is_bytes = graph.dtype(graph.input) == "uint8"
    if is_bytes and len(readers) == 1 and graph.name(readers[0]) in ("CAST", "QUANTIZE"):
        return int(readers[0].outputs[0]), readers[0]
    # All who read the input read another tensor of its kind instead.
    inner = graph.add_value(
        "entry/image",
        graph.shape(graph.input),
        graph.dtype(graph.input),
        graph.scale(graph.input),
    )
    for operator in readers:
        operator.inputs = np.array(
            [inner if tensor == graph.input else tensor for tensor in operator.inputs], np.int32
        )
    return inner, None


def _stored_box(camera: CameraFrame, height: int, width: int) -> tuple[int, int, int, int]:
    """Return the (left, top, right, bottom) of the crop region in the frame as it is sent."""
    left, top, right, bottom = separate.box(camera, height, width)
    rows, columns = camera.upright
    for _ in range(camera.rotation_degrees // 90):
        left, top, right, bottom = top, columns - right, bottom, columns - left
        rows, columns = columns, rows
    return left, top, right, bottom
