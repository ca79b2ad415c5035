"""Fuzzes readers of .tflite files."""

import pathlib

import numpy as np
from model_press.inspect import inspect_model, page
from model_press.memory import report as memory
from model_press.tflite import op_versions, reader

from testing.fuzz.loader import loads
from testing.tflite_bytes import Op, chain


def tflite() -> bytes:
    return chain(Op("CONV_2D"), Op("CUSTOM", 1, "X"), constant=np.ones(64, np.float32))


@loads("tflite", ".tflite", tflite)
def _load_tflite(path: pathlib.Path) -> None:
    found = reader.read(path)
    op_versions.minimum_runtime((name, version) for name, version, _ in found.builtin_ops())
    found.inner_float_tensors()


@loads("inspect", ".tflite", tflite)
def _inspect(path: pathlib.Path) -> None:
    page.lines(inspect_model.inspect(path, [], seconds=None))


@loads("memory", ".tflite", tflite)
def _account(path: pathlib.Path) -> None:
    for _ in memory.lines(memory.account(path), every_layer=True):
        pass
