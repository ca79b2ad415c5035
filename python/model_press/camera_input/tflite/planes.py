"""A camera's planes to RGB as operators that XNNPACK runs, equal to yuv.to_rgb in every byte.

Brightness and colour meet at half the size, where four pixels are twelve channels; DEPTH_TO_SPACE then lays them out.
Every product and sum is a multiple of 2^-16 and below 2^8, hence exact in a float32, but for those that end at 255.
"""

import numpy as np
from ai_edge_litert import schema_py_generated as schema

from model_press.camera_input import yuv
from model_press.camera_input.tflite.chain import Chain

_SIDE = 2
_WHITE = 255.0


def put(chain: Chain, order: str, height: int, box: tuple[int, int, int, int]) -> None:
    """Make float RGB [1, bottom - top, right - left, 3] of whole pixel values from a frame's planes.

    Args:
      chain: ends in a uint8 frame [1, height * 3 / 2, width, 1].
      order: "NV12" or "NV21".
      height: of the frame, pixels.
      box: (left, top, right, bottom) of what is kept.
    """
    left, top, right, bottom = box
    # What has the colours of the box: whole 2 x 2 pixels.
    column, row = left // _SIDE, top // _SIDE
    columns, rows = -(-right // _SIDE) - column, -(-bottom // _SIDE) - row
    frame = chain.last
    begin = (0, height + row, _SIDE * column, 0)
    chain.slice(begin, (1, rows, _SIDE * columns, 1), "colour")
    chain.cast("colour_float")
    chain.reshape((1, rows, columns, 2), "colour_pairs")
    neutral = chain.constant("neutral", np.full((), -yuv.NEUTRAL))
    chain.elementwise("ADD", neutral, "colour_difference", schema.AddOptionsT())
    factors = np.array([_in_order(each, order) for each in yuv.FACTORS.values()])
    kernel = np.tile(factors / (1 << yuv.FRACTION_BITS), (_SIDE * _SIDE, 1))[:, None, None]
    # The half rounds.
    chain.convolve("colour_parts", kernel, np.full(len(kernel), 0.5))
    colour, chain.last = chain.last, frame
    begin = (0, _SIDE * row, _SIDE * column, 0)
    chain.slice(begin, (1, _SIDE * rows, _SIDE * columns, 1), "brightness")
    chain.cast("brightness_float")
    kernel = np.zeros((_SIDE, _SIDE, 3, _SIDE, _SIDE), np.float32)
    for y, x in np.ndindex(_SIDE, _SIDE):
        kernel[y, x, :, y, x] = 1
    kernel = kernel.reshape(-1, _SIDE, _SIDE, 1)
    chain.convolve("brightness_parts", kernel, np.zeros(len(kernel)))
    add = schema.AddOptionsT()
    add.fusedActivationFunction = schema.ActivationFunctionType.RELU
    chain.elementwise("ADD", colour, "rgb_parts", add)
    white = chain.constant("white", np.full((), _WHITE))
    chain.elementwise("MINIMUM", white, "rgb_below_white", schema.MaximumMinimumOptionsT())
    chain.floor("rgb_whole")
    lay_out = schema.DepthToSpaceOptionsT()
    lay_out.blockSize = _SIDE
    shape = (1, _SIDE * rows, _SIDE * columns, 3)
    chain.add("DEPTH_TO_SPACE", 1, [], "rgb", shape, "float32", lay_out)
    begin = (0, top - _SIDE * row, left - _SIDE * column, 0)
    chain.slice(begin, (1, bottom - top, right - left, 3), "rgb_crop")


def _in_order(of_u_and_v: tuple[int, int], order: str) -> list[int]:
    """Return the two factors as the bytes lie."""
    return [of_u_and_v[place] for place in yuv.places(order)]
