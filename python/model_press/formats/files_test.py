"""files: nothing half-written, nothing unreadable without a word."""

import os

import numpy as np
import pytest
from testing.raises import user_error

from model_press.formats import files
from model_press.images import npy

LFS_POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 91\n"


def test_a_failed_write_leaves_the_old_file_and_no_other(tmp_path):
    path = tmp_path / "out"
    files.write_bytes(path, b"old")
    with pytest.raises(ZeroDivisionError), files.AtomicWriter(path) as file:
        file.write(b"half")
        raise ZeroDivisionError
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["out"]


@pytest.mark.parametrize(
    "content, said", [(LFS_POINTER, "git lfs pull"), (b"", "empty"), (None, "does not exist")]
)
def test_unusable_files_are_named(tmp_path, content, said):
    path = tmp_path / "weights.h5"
    if content is not None:
        path.write_bytes(content)
    with user_error("model", "weights.h5", said):
        files.require_file(path, "model")


def test_npy_round_trip_and_streamed_header(tmp_path):
    array = np.arange(6, dtype=np.int32).reshape(2, 3)
    npy.write_npy(tmp_path / "a.npy", array)
    with files.AtomicWriter(tmp_path / "b.npy") as file:
        npy.write_npy_header(file, array.shape, array.dtype)
        for row in array:
            file.write(row.tobytes())
    assert (tmp_path / "a.npy").read_bytes() == (tmp_path / "b.npy").read_bytes()
    np.testing.assert_array_equal(npy.read_npy(tmp_path / "b.npy", "x"), array)


# shows: fault truncated file
def test_truncated_and_pickled_arrays_are_refused(tmp_path):
    path = tmp_path / "a.npy"
    npy.write_npy(path, np.zeros(100))
    path.write_bytes(path.read_bytes()[:-8])
    with user_error("images", "a.npy"):
        npy.read_npy(path, "images")
    np.save(path, np.array([{}]), allow_pickle=True)
    with user_error("images", "a.npy"):
        npy.read_npy(path, "images")


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000,
        '{"a": ' + "1" * 5000 + "}",
        '{"a": NaN}',
        '{"a": -Infinity}',
        b"\xff\xfe[\x00",
    ],
)
def test_what_is_no_json_is_refused_in_a_line(tmp_path, text):
    path = tmp_path / "m.json"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with user_error("manifest", "m.json is not valid JSON"):
        files.read_json(path, "manifest")


def test_json_larger_than_any_of_ours_is_not_parsed(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "_MOST_JSON_BYTES", 10)
    (tmp_path / "m.json").write_text("[1, 2, 3]")
    assert files.read_json(tmp_path / "m.json", "manifest") == [1, 2, 3]
    (tmp_path / "m.json").write_text("[1, 2, 3, 4]")
    with user_error("m.json has 12 bytes, expected at most 10"):
        files.read_json(tmp_path / "m.json", "manifest")


def test_an_archive_of_arrays_is_no_array(tmp_path):
    """numpy.load reads it, and gives something else than an array."""
    np.savez(tmp_path / "a.npz", a=np.zeros(3))
    path = (tmp_path / "a.npz").rename(tmp_path / "a.npy")
    with user_error("images", "a.npy is not a readable .npy array (it starts with b'PK"):
        npy.read_npy(path, "images")


@pytest.mark.filterwarnings("error")
def test_a_shape_whose_product_overflows_is_refused_without_a_warning(tmp_path):
    with open(tmp_path / "a.npy", "wb") as file:
        npy.write_npy_header(file, (2**62, 4), np.dtype(np.uint8))
        file.write(b"0" * 64)
    with user_error("a.npy is not a readable .npy array"):
        npy.read_npy(tmp_path / "a.npy", "images")


def test_elements_of_no_size_are_refused(tmp_path):
    """With some shapes NumPy divides by zero in C, which no exception ends but a signal."""
    for dtype in ("S0", "U0", "V0"):
        with open(tmp_path / "a.npy", "wb") as file:
            npy.write_npy_header(file, (2**31,), np.dtype(dtype))
            file.write(b"0" * 64)
        with user_error("a.npy is not a readable .npy array", "have no size"):
            npy.read_npy(tmp_path / "a.npy", "images")
