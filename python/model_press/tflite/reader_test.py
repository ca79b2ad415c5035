"""tflite_file: operators, versions and types of hand-made graphs; damaged files are refused."""

import contextlib

import numpy as np
import pytest
from testing import tflite_bytes
from testing.raises import user_error
from testing.tflite_bytes import Op, chain

from model_press.formats.errors import UserError
from model_press.tflite import op_versions, reader


def test_operators_versions_and_counts():
    file = reader.parse(chain(Op("CONV_2D", 3), Op("CONV_2D", 3), Op("RELU")), "m")
    assert file.builtin_ops() == [("CONV_2D", 3, 2), ("RELU", 1, 1)]
    assert file.custom_ops() == []
    assert [t.shape for t in file.inputs + file.outputs] == [(1, 8, 8, 3)] * 2


def test_codes_beyond_one_byte():
    # BROADCAST_TO is 130: its deprecated one-byte code says 127.
    assert reader.parse(chain(Op("BROADCAST_TO", 2)), "m").builtin_ops()[0][0] == "BROADCAST_TO"


def test_custom_and_flex_operators():
    file = reader.parse(chain(Op("CUSTOM", 1, "FlexSvd"), Op("CUSTOM", 1, "MyOp")), "m")
    assert file.custom_ops() == ["FlexSvd", "MyOp"]
    assert file.builtin_ops() == []


def test_inner_float_tensors_leave_out_inputs_and_outputs():
    file = reader.parse(chain(Op("QUANTIZE"), Op("RELU"), Op("DEQUANTIZE")), "m")
    assert [t.name for t in file.inner_float_tensors()] == ["t1", "t2"]
    assert not reader.parse(chain(Op("RELU"), dtype="INT8"), "m").inner_float_tensors()


# shows: fault truncated file
def test_every_truncation_is_refused():
    data = chain(Op("CONV_2D"), constant=np.ones(256, np.float32))
    assert reader.parse(data, "m").builtin_ops()
    for length in range(0, len(data) - 8, 5):
        with user_error("m"):
            reader.parse(data[:length], "m")


def test_random_damage_never_escapes_as_another_error():
    data = chain(Op("CONV_2D"), Op("CUSTOM", 1, "X"), constant=np.ones(16, np.float32))
    rng = np.random.default_rng(0)
    for _ in range(300):
        damaged = bytearray(data)
        for position in rng.integers(8, len(data), 4):
            damaged[position] = rng.integers(256)
        with contextlib.suppress(UserError):
            reader.parse(bytes(damaged), "m")


@pytest.mark.parametrize(
    "content, said",
    [
        (b"version https://git-lfs.github.com/spec/v1\n", "git lfs pull"),
        (b"PK\x03\x04 a zip file", "not a TFLite model"),
        (b"TFL3", "not a TFLite model"),
        (b"", "empty"),
    ],
)
def test_other_files_are_refused(tmp_path, content, said):
    path = tmp_path / "m.tflite"
    path.write_bytes(content)
    with user_error("m.tflite", said):
        reader.read(path)


@pytest.mark.parametrize(
    "ops, release",
    [
        ([("CONV_2D", 3)], op_versions.FLOOR),
        ([("FULLY_CONNECTED", 9), ("CONV_2D", 5)], op_versions.FLOOR),
        ([("FULLY_CONNECTED", 12), ("CONV_2D", 6)], "2.17.0"),
        ([], op_versions.FLOOR),
    ],
)
def test_minimum_runtime(ops, release):
    assert op_versions.minimum_runtime(ops) == release


def test_lists_that_lie_on_each_other_are_refused():
    """A file of 30 kB, whose operators are one table: read one by one, they have 9 million inputs."""
    with user_error("more entries than the file has room for"):
        reader.parse(tflite_bytes.bomb(3000, 3000), "m")
