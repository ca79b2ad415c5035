"""The machine: float16 rounding and overflow, operations it does not know, batches, weight files that are not."""

import struct

import numpy as np
import pytest
from testing.raises import user_error

from model_press.coreml.evaluator import blob, machine, program

F16, F32 = "float16", "float32"


def _op(kind: str, out: str, dtype: str = F32, **arguments):
    arguments = {k: program.Name(v) if isinstance(v, str) else v for k, v in arguments.items()}
    return program.Operation(kind, arguments, ((out, program.TensorType(dtype, (1, 2))),))


def _program(*operations):
    return program.Program({"x": program.TensorType(F32, (1, 2))}, operations, ("y",))


def _run(source, x, precision="declared"):
    x = np.asarray(x, np.float32).reshape(-1, 2)
    return machine.Machine(source, precision).run({"x": x}, "y")


def test_results_declared_float16_are_rounded_and_others_not():
    third = np.float32(1 / 3)
    for dtype, expected in ((F16, np.float32(np.float16(third))), (F32, third)):
        got = _run(_program(_op("mul", "y", dtype, x="x", y=third)), [1, 0])
        assert got[0, 0] == expected
    assert _run(_program(_op("mul", "y", F16, x="x", y=third)), [1, 0], "float32")[0, 0] == third


def test_overflow_names_the_operation_and_the_value():
    source = _program(_op("mul", "big", F16, x="x", y=1e4), _op("mul", "y", F16, x="big", y=1e-4))
    assert _run(source, [6, 0])[0, 0] == pytest.approx(6, rel=1e-3)
    with user_error("operation big (mul) overflows float16: 70000 is beyond 65504"):
        _run(source, [7, 0])
    with user_error("-80000"[1:]):
        _run(source, [-8, 0])
    assert _run(source, [7, 0], "float32")[0, 0] == pytest.approx(7)


def test_unknown_operation_is_one_error_before_anything_runs():
    source = _program(_op("relu", "a", x="x"), _op("lstm", "b", x="a"), _op("lstm", "y", x="b"))
    with user_error(
        "2 operations that the evaluator does not know: lstm; the first is b (lstm, 2 times)",
        "coreml/evaluator/ops",
    ):
        machine.Machine(source)


def test_unknown_parameter_is_named():
    with user_error("operation y (relu) cannot be evaluated", "slope"):
        _run(_program(_op("relu", "y", x="x", slope=1.0)), [1, 2])


def test_value_that_nothing_computes_is_named():
    with user_error("operation y (relu) reads ghost", "expected an input, a constant"):
        _run(_program(_op("relu", "y", x="ghost")), [1, 2])
    with user_error("no value named y; it is declared as an output; convert the model again"):
        _run(_program(_op("relu", "z", x="x")), [1, 2])


def test_several_images_are_those_one_by_one():
    source = _program(
        _op("softmax", "s", F16, x="x", axis=-1),
        _op("reshape", "y", F16, x="s", shape=np.array([1, 2])),
    )
    images = [[1, 2], [3, -1], [0, 0]]
    together = _run(source, images)
    assert np.array_equal(together, np.concatenate([_run(source, image) for image in images]))


def _weight_file(tmp_path, sentinel=0xDEADBEEF, code=2, size=8, padding=0, version=2):
    record = struct.pack("<IIQQQ", sentinel, code, size, 128, padding).ljust(64, b"\0")
    header = struct.pack("<II", 1, version).ljust(64, b"\0")
    path = tmp_path / "weight.bin"
    path.write_bytes(header + record + np.array([1, 2], np.float32).tobytes())
    return path


def test_weight_file_is_read(tmp_path):
    assert blob.BlobFile(_weight_file(tmp_path)).read(64, 2).tolist() == [1, 2]
    # Three 4-bit elements in two bytes: four bits of padding.
    packed = blob.BlobFile(_weight_file(tmp_path, code=11, size=2, padding=4))
    assert packed.read(64, 3).shape == (3,)


@pytest.mark.parametrize(
    "changes, count, said",
    [
        (
            {"sentinel": 1},
            2,
            "no tensor begins at offset 64: found 0x00000001, expected 0xdeadbeef",
        ),
        ({"code": 99}, 2, "the tensor at 64 has element type 99, expected one of 1, 2, 3"),
        ({"size": 80}, 20, "is truncated: 136 bytes, 208 needed"),
        ({}, 3, "has 2 elements of float32, the program says 3"),
    ],
)
def test_damaged_weight_file_is_named(tmp_path, changes, count, said):
    with user_error("weight file", said):
        blob.BlobFile(_weight_file(tmp_path, **changes)).read(64, count)


def test_weight_file_of_another_version_is_refused(tmp_path):
    with user_error("has version 1, expected 2"):
        blob.BlobFile(_weight_file(tmp_path, version=1))


def test_weights_named_again_and_again_are_counted(monkeypatch):
    monkeypatch.setattr(program, "MOST_ELEMENTS", 5)
    data = np.zeros((1, 2), np.int8)
    ops = [
        _op(
            "constexpr_affine_dequantize",
            f"w{i}",
            quantized_data=data,
            zero_point=0,
            scale=1.0,
            axis=0,
        )
        for i in range(3)
    ]
    machine.Machine(_program(*ops[:2]))
    with user_error("operation w2", "more than 5"):
        machine.Machine(_program(*ops))
