"""files: nothing half-written, nothing unreadable without a word."""

import os

import numpy as np
import pytest

from model_press import files
from model_press.testing.raises import user_error

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
    files.write_npy(tmp_path / "a.npy", array)
    with files.AtomicWriter(tmp_path / "b.npy") as file:
        files.write_npy_header(file, array.shape, array.dtype)
        for row in array:
            file.write(row.tobytes())
    assert (tmp_path / "a.npy").read_bytes() == (tmp_path / "b.npy").read_bytes()
    np.testing.assert_array_equal(files.read_npy(tmp_path / "b.npy", "x"), array)


def test_truncated_and_pickled_arrays_are_refused(tmp_path):
    path = tmp_path / "a.npy"
    files.write_npy(path, np.zeros(100))
    path.write_bytes(path.read_bytes()[:-8])
    with user_error("images", "a.npy"):
        files.read_npy(path, "images")
    np.save(path, np.array([{}]), allow_pickle=True)
    with user_error("images", "a.npy"):
        files.read_npy(path, "images")
