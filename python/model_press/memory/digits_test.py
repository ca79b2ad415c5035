"""Held-out digits in batches within a budget, by the build's own variants, whose batch is written as 1."""

import os
import pathlib

import numpy as np
import pytest

from model_press.formats import manifest
from model_press.images import preprocess
from model_press.memory import batches
from model_press.tflite import arena, reader
from model_press.tflite.interpreter import Interpreter

_HELD_OUT = pathlib.Path(os.environ["HELD_OUT"])
_COUNT = 50


@pytest.mark.parametrize("variant", ["int8", "fp32"])
def test_digits_answer_as_one_by_one(variant):
    stem = f"models/digits/digits_{variant}"
    variant_manifest = manifest.read(f"{stem}.manifest.json")
    pixels = np.load(_HELD_OUT.with_suffix(".images.npy"), mmap_mode="r")[:_COUNT]
    inputs = preprocess.encode_input(pixels, variant_manifest)
    interpreter = Interpreter(f"{stem}.tflite")
    expected = np.concatenate([interpreter.run(image[None]) for image in inputs])
    assert len({row.tobytes() for row in expected}) == _COUNT
    one = arena.plan(reader.read(f"{stem}.tflite")).arena_bytes
    runner = batches.BatchRunner(f"{stem}.tflite", 7 * one + one // 2)
    assert runner.batch == 7
    np.testing.assert_array_equal(runner.run(inputs), expected)
