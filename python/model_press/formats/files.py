"""Reading untrusted files and writing results: whole, deterministic, or not at all."""

import hashlib
import io
import json
import os
import pathlib
import tempfile
from typing import Any

from model_press.formats.errors import UserError

_LFS_POINTER = b"version https://git-lfs"
_CHUNK_BYTES = 1 << 20
# Parsed, it can take thirty times as much.
_MOST_JSON_BYTES = 32 << 20


def is_lfs_pointer(path: str | os.PathLike[str]) -> bool:
    """Return whether the file is the small text that Git LFS leaves in place of the real content."""
    with open(path, "rb") as file:
        return file.read(len(_LFS_POINTER)) == _LFS_POINTER


def require_file(path: str | os.PathLike[str], what: str) -> pathlib.Path:
    """Return the path of an existing, non-empty file that is not a Git LFS pointer, or raise UserError."""
    path = pathlib.Path(path)
    if not path.exists():
        raise UserError(f"{what} {path} does not exist; check the path")
    if path.is_dir():
        raise UserError(f"{what} {path} is a directory; expected a file")
    if path.stat().st_size == 0:
        raise UserError(f"{what} {path} is empty (0 bytes); fetch or export it again")
    if is_lfs_pointer(path):
        raise UserError(
            f"{what} {path} is a Git LFS pointer, not the file itself; run: git lfs pull"
        )
    return path


def sha256(path: str | os.PathLike[str]) -> str:
    """Return the hex SHA-256 of a file, read in pieces."""
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest()


def sha256_bytes(data: bytes) -> str:
    """Return the hex SHA-256 of bytes."""
    return hashlib.sha256(data).hexdigest()


class AtomicWriter:
    """Context manager: a binary file that appears under its name only when the block ends well.

    Usage: `with AtomicWriter(path) as file: file.write(...)`.
    """

    def __init__(self, path: str | os.PathLike[str]):
        self._path = pathlib.Path(path)

    def __enter__(self) -> io.BufferedRandom:
        handle, self._temporary = tempfile.mkstemp(
            dir=self._path.parent, prefix=f".{self._path.name}."
        )
        self._file = os.fdopen(handle, "w+b")
        return self._file

    def __exit__(self, kind: object, value: object, trace: object) -> None:
        self._file.close()
        if kind is not None:
            os.unlink(self._temporary)
            return
        os.chmod(self._temporary, 0o644)  # mkstemp makes it private, an output is not
        os.replace(self._temporary, self._path)


def write_bytes(path: str | os.PathLike[str], data: bytes) -> None:
    """Write a file whole."""
    with AtomicWriter(path) as file:
        file.write(data)


def copy(source: str | os.PathLike[str], target: str | os.PathLike[str]) -> None:
    """Copy bytes (not modes or times), in pieces."""
    with open(source, "rb") as reader, AtomicWriter(target) as writer:
        while chunk := reader.read(_CHUNK_BYTES):
            writer.write(chunk)


def dump_json(value: Any) -> bytes:
    """Return the JSON text that this project writes: two-space indent, given key order, final newline."""
    return (json.dumps(value, indent=2, allow_nan=False, ensure_ascii=False) + "\n").encode()


def write_json(path: str | os.PathLike[str], value: Any) -> None:
    """Write `dump_json(value)` whole."""
    write_bytes(path, dump_json(value))


def parse_json(text: str | bytes) -> Any:
    """Parse JSON as the standard has it, without NaN and Infinity.

    Raises:
      ValueError, RecursionError: it is none, has a number of thousands of digits, or is nested too deep.
    """

    def refuse(name: str) -> None:
        raise ValueError(f"{name} is not valid JSON")

    return json.loads(text, parse_constant=refuse)


def read_json(path: str | os.PathLike[str], what: str) -> Any:
    """Parse a JSON file; UserError names the line of a syntax error."""
    path = require_file(path, what)
    if (size := path.stat().st_size) > _MOST_JSON_BYTES:
        raise UserError(
            f"{what} {path} has {size} bytes, expected at most {_MOST_JSON_BYTES}; give the file that was meant"
        )
    try:
        return parse_json(path.read_bytes())
    except (ValueError, RecursionError) as error:
        raise UserError(f"{what} {path} is not valid JSON: {error}") from error
