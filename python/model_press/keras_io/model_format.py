"""Detects the format of a model file by its content and refuses unsafe files.

Nothing here imports TensorFlow. Model files are untrusted: archive members, sizes and layer
classes are checked before Keras sees them.
"""

import dataclasses
import json
import os
import pathlib
import shutil
import zipfile
import zlib
from typing import Literal

import h5py

from model_press.formats import files
from model_press.formats.errors import UserError
from model_press.keras_io import allow_lists

MAX_UNPACKED_BYTES = 8 << 30
MAX_CONFIG_BYTES = 32 << 20
# Weights hardly compress; what unpacks to a hundred times the archive is a bomb, unless it is small anyhow.
_MOST_EXPANSION = 100
_SMALL_BYTES = 64 << 20
_CHUNK_BYTES = 1 << 20
_ZIP_MAGIC = b"PK\x03\x04"
_HDF5_MAGIC = b"\x89HDF\r\n\x1a\n"
_EXPECTED = "expected a .keras, .h5 or SavedModel image classifier of Keras 2 or 3"
# What zipfile and json raise on a damaged archive; NotImplementedError for a compression that it does not know.
_DAMAGED_ZIP = (
    zipfile.BadZipFile,
    EOFError,
    LookupError,
    NotImplementedError,
    OSError,
    RecursionError,
    RuntimeError,
    ValueError,
    zlib.error,
)

Container = Literal["keras_zip", "hdf5", "saved_model_zip", "saved_model_dir"]


@dataclasses.dataclass(frozen=True)
class Format:
    """container: how it is stored. keras: "2", "3" or "saved_model". version: as the file says, or ""."""

    container: Container
    keras: Literal["2", "3", "saved_model"]
    version: str


def sniff(path: str | os.PathLike[str]) -> Format:
    """Return the format of a model file or SavedModel directory.

    Raises:
      UserError: missing, Git LFS pointer, truncated, weights only, unsafe, or of no known format.
    """
    path = pathlib.Path(path)
    if path.is_dir():
        return _sniff_directory(path)
    files.require_file(path, "model")
    with open(path, "rb") as file:
        head = file.read(8)
    if head.startswith(_ZIP_MAGIC):
        return _sniff_zip(path)
    if head == _HDF5_MAGIC:
        return _sniff_hdf5(path)
    if head[4:8] == b"TFL3":
        raise UserError(f"model {path} is a TFLite file already; {_EXPECTED}")
    raise UserError(f"model {path} is of no known format (it starts with {head!r}); {_EXPECTED}")


def is_zip(path: pathlib.Path) -> bool:
    """Return whether a file begins as an archive does."""
    with open(path, "rb") as file:
        return file.read(len(_ZIP_MAGIC)) == _ZIP_MAGIC


def _sniff_directory(path: pathlib.Path) -> Format:
    if not (path / "saved_model.pb").is_file():
        raise UserError(f"model directory {path} has no saved_model.pb; {_EXPECTED}")
    for file in sorted(path.rglob("*")):
        if file.is_file() and files.is_lfs_pointer(file):
            raise UserError(f"model {file} is a Git LFS pointer, not the file; run: git lfs pull")
    return Format("saved_model_dir", "saved_model", "")


def _sniff_zip(path: pathlib.Path) -> Format:
    try:
        with zipfile.ZipFile(path) as archive:
            check_members(archive, str(path))
            names = set(archive.namelist())
            if "saved_model.pb" in names:
                return Format("saved_model_zip", "saved_model", "")
            if not {"metadata.json", "config.json", "model.weights.h5"} <= names:
                raise UserError(f"model {path} is a zip archive, but not of Keras; {_EXPECTED}")
            metadata = _read_config(archive, "metadata.json")
            config = _read_config(archive, "config.json")
            with archive.open("model.weights.h5") as weights:
                while weights.read(
                    _CHUNK_BYTES
                ):  # reads every byte, so that its checksum is tested
                    pass
    except _DAMAGED_ZIP as error:
        raise UserError(
            f"model {path} is truncated or corrupt ({error}); fetch or export it again"
        ) from error
    version = str(metadata.get("keras_version", "")) if isinstance(metadata, dict) else ""
    allow_lists.refuse_unsafe_layers(config, str(path))
    return Format("keras_zip", _generation(version, path), version)


def _read_config(archive: zipfile.ZipFile, name: str) -> object:
    size = archive.getinfo(name).file_size
    if size > MAX_CONFIG_BYTES:
        raise ValueError(f"{name} unpacks to {size} bytes, at most {MAX_CONFIG_BYTES}")
    return json.loads(archive.read(name))


def _sniff_hdf5(path: pathlib.Path) -> Format:
    try:
        with h5py.File(path, "r") as file:
            config = file.attrs.get("model_config")
            version = _text(file.attrs.get("keras_version", ""))
            if config is None:
                raise UserError(
                    f"model {path} holds weights only; save the whole model with model.save(...)"
                )
            if len(config) > MAX_CONFIG_BYTES:
                raise ValueError(f"its config has {len(config)} bytes, at most {MAX_CONFIG_BYTES}")
            config = json.loads(_text(config))
    except (OSError, LookupError, TypeError, ValueError, RuntimeError) as error:
        raise UserError(
            f"model {path} is truncated or corrupt ({error}); fetch or export it again"
        ) from error
    allow_lists.refuse_unsafe_layers(config, str(path))
    return Format("hdf5", _generation(version, path), version)


def _text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


def _generation(version: str, path: pathlib.Path) -> Literal["2", "3"]:
    major = version.split(".")[0]
    if major == "3":
        return "3"
    if major in ("2", "1"):
        return "2"
    raise UserError(f"model {path} was saved by Keras '{version}'; Keras 2 and 3 are supported")


def check_members(archive: zipfile.ZipFile, path: str) -> None:
    """Raise UserError if a member would leave the folder, is a link, or the whole is too large."""
    total = 0
    for member in archive.infolist():
        parts = pathlib.PurePosixPath(member.filename)
        is_link = (member.external_attr >> 16) & 0o170000 == 0o120000
        faults = {
            "no name": not member.filename,
            "a path out of the archive's folder": parts.is_absolute() or ".." in parts.parts,
            "a backslash in its name": "\\" in member.filename,
            "a link": is_link,
        }
        for fault in (fault for fault, found in faults.items() if found):
            raise UserError(
                f"model {path}: unsafe archive member '{member.filename}', {fault}; export the model again, as plain "
                "files"
            )
        total += member.file_size
    size = os.path.getsize(str(archive.filename))
    most = min(MAX_UNPACKED_BYTES, _SMALL_BYTES + _MOST_EXPANSION * size)
    if total > most:
        raise UserError(
            f"model {path} unpacks to {total} bytes; at most {most}, as it has {size}; export it again"
        )


def unzip(path: str | os.PathLike[str], target: pathlib.Path) -> None:
    """Unpack an archive into an existing folder.

    Raises:
      UserError: it is damaged or unsafe.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            check_members(archive, str(path))
            archive.extractall(target)
    except _DAMAGED_ZIP as error:
        reason = str(error) or type(error).__name__
        raise UserError(
            f"model {path} is truncated or corrupt ({reason}); build or fetch it again"
        ) from error


def zip_directory(path: str | os.PathLike[str], out: str | os.PathLike[str]) -> None:
    """Write a zip of a folder whose bytes depend on names and contents only: sorted, stored, dated 1980."""
    path = pathlib.Path(path)
    with files.AtomicWriter(out) as target, zipfile.ZipFile(target, "w") as archive:
        for file in sorted(p for p in path.rglob("*") if p.is_file()):
            name = file.relative_to(path).as_posix()
            # fingerprint.pb holds random numbers and is not needed to load the model.
            if name == "fingerprint.pb":
                continue
            member = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            member.file_size = file.stat().st_size  # decides whether the header is a 64-bit one
            with open(file, "rb") as reader, archive.open(member, "w") as writer:
                shutil.copyfileobj(reader, writer, _CHUNK_BYTES)
