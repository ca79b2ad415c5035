"""Every file is read as a TFLite model or described in one line."""

import subprocess
import sys

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema
from testing import tflite_bytes
from testing.raises import user_error
from testing.tflite_bytes import Op, chain

from model_press.inspect import constants, inspect_model
from model_press.inspect.checks import sparse_kernels
from model_press.process import child
from model_press.tflite import reader, source
from model_press.tflite.reader import Operator


def _opened(path):
    with source.opened(path) as (data, file):
        return reader.main_graph(data, file, "model")


@pytest.mark.parametrize(
    "content, said",
    [
        (b"", "is empty (0 bytes)"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "git lfs pull"),
        (b"PK\x03\x04 and more of a zip", "a .keras model"),
        (b"\x89HDF\r\n\x1a\n and more", "HDF5"),
        (b"\x93NUMPY\x01\x00 and more", "NumPy array"),
        (b"\x08\x01\x12\x20 and more", "saved_model.pb"),
        (b"\x1f\x8b\x08\x00 and more", "gzip"),
        (b"hello, this is text", "is not a TFLite model"),
        (b"\x10\0\0\0TFL3", "truncated or corrupt"),
        (b"\xff\xff\xff\x7fTFL3" + b"\0" * 64, "truncated or corrupt"),
    ],
)
def test_what_is_no_model_is_named(tmp_path, content, said):
    path = tmp_path / "m.tflite"
    path.write_bytes(content)
    with user_error("m.tflite", said):
        _opened(path)


def test_a_folder_and_a_missing_file_are_named(tmp_path):
    with user_error("is a directory; expected a file"):
        _opened(tmp_path)
    with user_error("absent.tflite does not exist"):
        _opened(tmp_path / "absent.tflite")


# shows: fault truncated file
def test_a_truncated_model_is_named(tmp_path):
    data = chain(Op("RELU"), constant=np.ones(4096, np.float32))
    path = tmp_path / "m.tflite"
    path.write_bytes(data[: len(data) // 2])
    with user_error("m.tflite", "truncated or corrupt"):
        _opened(path)


def test_an_operator_that_names_a_tensor_outside_the_graph_is_corrupt(tmp_path):
    model = schema.ModelT.InitFromPackedBuf(chain(Op("RELU")), 0)
    model.subgraphs[0].operators[0].inputs = [77]
    path = tmp_path / "m.tflite"
    path.write_bytes(tflite_bytes.pack(model))
    with user_error("corrupt", "operator 0 (RELU) names tensor 77 of 2"):
        _opened(path)


_LIMITED = """
import sys
from model_press.formats.errors import UserError
from model_press.process import memory
from model_press.tflite import source
source._PARSE_BYTES = memory.mapped_bytes() + (16 << 20)
try:
    with source.opened(sys.argv[1]):
        print("read")
except UserError as error:
    print(error)
"""


def test_a_file_that_would_take_all_memory_is_refused_at_a_limit(tmp_path):
    path = tmp_path / "m.tflite"
    path.write_bytes(tflite_bytes.bomb(200_000))
    # A process of its own: what this one has freed before would hide the limit.
    said = subprocess.run(
        [sys.executable, "-c", _LIMITED, path],
        capture_output=True,
        text=True,
        check=True,
        env=child.environment(),
    ).stdout
    assert "corrupt" in said and "need more memory than any model of that size" in said


def test_random_damage_gives_an_inspection_or_one_line(tmp_path):
    """Nothing that a file holds may end in another error."""
    from model_press.formats.errors import UserError

    data = chain(Op("RELU"), Op("CUSTOM", 1, "FlexX"), constant=np.ones(64, np.float32))
    rng = np.random.default_rng(0)
    path = tmp_path / "m.tflite"
    outcomes = set()
    for _ in range(200):
        damaged = bytearray(data)
        for position in rng.integers(8, len(data), 3):
            damaged[position] = rng.integers(256)
        path.write_bytes(damaged)
        try:
            inspect_model.inspect(path, [], seconds=None)
            outcomes.add("inspected")
        except UserError:
            outcomes.add("refused")
    assert outcomes == {"inspected", "refused"}


def test_a_weight_that_is_made_of_itself_has_an_end():
    """Damaged: DEQUANTIZE reads what it writes, or two of them each other."""
    one = Operator("DEQUANTIZE", 1, False, (1,), (1,))
    assert sparse_kernels._source(1, {1: one}) == 1
    there, back = (Operator("DENSIFY", 1, False, (a,), (b,)) for a, b in ((1, 2), (2, 1)))
    assert sparse_kernels._source(1, {1: back, 2: there}) in (1, 2)
    assert sparse_kernels._source(3, {3: Operator("DENSIFY", 1, False, (7,), (3,))}) == 7


def test_zeros_are_counted_by_element(tmp_path):
    values = np.array([0, 1.5, 0, 0, 2, 0, 0, 0], np.float32)
    model = schema.ModelT.InitFromPackedBuf(chain(Op("RELU"), constant=values), 0)
    model.subgraphs[0].tensors[0].buffer = 1
    model.subgraphs[0].tensors[0].shape = [2, 4]
    path = tmp_path / "m.tflite"
    path.write_bytes(tflite_bytes.pack(model))
    with source.opened(path) as (data, file):
        (found,) = constants.read(data, file)
    assert (found.elements, found.zeros, found.sparse) == (8, 6, False)
