"""Writes a .mlpackage and its zip so that the same model gives the same bytes."""

import json
import os
import pathlib
import shutil
import uuid
import zipfile
from typing import Any

from model_press.coreml.evaluator.program import SPEC, WEIGHTS
from model_press.formats import files
from model_press.formats.errors import UserError

_AUTHOR = "com.apple.CoreML"
# Metadata of coremltools that changes from day to day.
_VOLATILE = ("com.github.apple.coremltools.conversion_date",)
_DATA = "Data/"


def write(folder: str | os.PathLike[str], spec: Any, weights: str | os.PathLike[str]) -> None:
    """Make the package in an existing or new folder.

    Args:
      spec: the Model message; its volatile metadata is dropped.
      weights: path of coremltools' weight.bin.
    """
    for key in _VOLATILE:
        spec.description.metadata.userDefined.pop(key, None)
    root = pathlib.Path(folder)
    for name in (SPEC, WEIGHTS):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
    # Maps go out sorted by key.
    files.write_bytes(root / SPEC, spec.SerializeToString(deterministic=True))
    shutil.copyfile(weights, root / WEIGHTS)
    files.write_bytes(root / "Manifest.json", _manifest())


def _manifest() -> bytes:
    """Return the package's table of contents.

    Its identifiers need only differ within the package: they follow from paths.
    """
    entries = {
        str(uuid.uuid5(uuid.NAMESPACE_URL, path)).upper(): {
            "author": _AUTHOR,
            "description": description,
            "name": pathlib.PurePosixPath(path).name,
            "path": path,
        }
        for path, description in (
            (SPEC.removeprefix(_DATA), "CoreML Model Specification"),
            (
                str(pathlib.PurePosixPath(WEIGHTS.removeprefix(_DATA)).parent),
                "CoreML Model Weights",
            ),
        )
    }
    value = {
        "fileFormatVersion": "1.0.0",
        "itemInfoEntries": entries,
        "rootModelIdentifier": next(iter(entries)),
    }
    return (json.dumps(value, indent=4, sort_keys=True) + "\n").encode()


def members(folder: str | os.PathLike[str]) -> list[pathlib.Path]:
    """Return the package's files, in the order of their names."""
    return sorted(p for p in pathlib.Path(folder).rglob("*") if p.is_file())


def digest(folder: str | os.PathLike[str]) -> str:
    """Return the hex SHA-256 of the lines `<sha256 of the file>  <path>` of all files, sorted by path."""
    root = pathlib.Path(folder)
    lines = [f"{files.sha256(p)}  {p.relative_to(root).as_posix()}\n" for p in members(root)]
    return files.sha256_bytes("".join(lines).encode())


def verify(folder: str | os.PathLike[str], expected: str) -> None:
    """Raise UserError unless a .mlpackage folder has the digest that its manifest names."""
    actual = digest(folder)
    if actual != expected:
        raise UserError(
            f"package {folder} (digest {actual[:12]}…) is not the one its manifest names ({expected[:12]}…); take "
            "package and manifest from one target"
        )


def size(folder: str | os.PathLike[str]) -> int:
    """Return the bytes of all files of the package."""
    return sum(p.stat().st_size for p in members(folder))


def write_zip(folder: str | os.PathLike[str], out: str | os.PathLike[str], name: str) -> None:
    """Zip the package under `name`/, stored, dated 1980, in the order of names."""
    root = pathlib.Path(folder)
    with files.AtomicWriter(out) as target, zipfile.ZipFile(target, "w") as archive:
        for path in members(root):
            member = zipfile.ZipInfo(
                f"{name}/{path.relative_to(root).as_posix()}", (1980, 1, 1, 0, 0, 0)
            )
            member.external_attr = 0o644 << 16
            member.file_size = path.stat().st_size
            with open(path, "rb") as reader, archive.open(member, "w") as writer:
                shutil.copyfileobj(reader, writer, 1 << 20)
