"""Reads an HDF5 file in a process of its own: the library can crash on a damaged one, and takes its process along."""

import os
import pathlib
import resource
import signal
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable

import h5py

from model_press.formats.errors import UserError
from model_press.keras_io import model_format
from model_press.process import child, limits

_WEIGHTS = "model.weights.h5"
_MEMORY_BYTES = 8 << 30
# Reading takes a second for some hundred MB; on a damaged file the library can also go round for ever.
_SECONDS = 8
_BYTES_A_SECOND = 50 << 20
# Weights hardly compress; a data set that claims more is a bomb.
_MOST_EXPANSION = 100

Start = Callable[[str], tuple[int, str]]


def require_sound(path: str | os.PathLike[str], start: Start | None = None) -> None:
    """Refuse a .h5, or a .keras with weights, that the HDF5 library cannot read to its end.

    Args:
      path: any file; one of another format, or an archive that is damaged itself, is left to model_format.
      start: runs `main` on a path elsewhere; returns the exit code (-signal after a crash) and what it said.
    Raises:
      UserError: the file is damaged, or crashes the library.
    """
    path = pathlib.Path(path)
    if not path.is_file():
        return
    # By its first bytes, as model_format tells: an HDF5 file may end in an archive.
    if model_format.is_zip(path):
        with tempfile.TemporaryDirectory() as folder:
            weights = _extracted(path, folder)
            if weights:
                _require(weights, path, start or _start)
    elif h5py.is_hdf5(path):
        _require(str(path), path, start or _start)


def _extracted(path: pathlib.Path, folder: str) -> str | None:
    try:
        with zipfile.ZipFile(path) as archive:
            model_format.check_members(archive, str(path))
            return archive.extract(_WEIGHTS, folder) if _WEIGHTS in archive.namelist() else None
    except UserError:
        raise
    except Exception:  # a damaged archive raises anything
        return None


def _require(hdf5: str, path: pathlib.Path, start: Start) -> None:
    code, said = start(hdf5)
    if code == -signal.SIGXCPU:
        raise UserError(
            f"model {path} keeps the HDF5 library busy without end: it is damaged or made to do harm; export it again"
        )
    if code < 0:
        raise UserError(
            f"model {path} crashes the HDF5 library ({signal.Signals(-code).name}): it is damaged or made to do "
            "harm; export it again"
        )
    if code:
        raise UserError(f"model {path} is truncated or corrupt ({said}); fetch or export it again")


def _start(path: str) -> tuple[int, str]:
    done = subprocess.run(
        # -P: the working directory holds what a user downloaded, and is not a place to import from.
        [sys.executable, "-P", "-m", "model_press.keras_io.hdf5_probe", path],
        env=child.environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, (done.stdout.strip().splitlines() or [""])[-1]


def walk(path: str) -> None:
    """Read every attribute and data set.

    Raises:
      Exception: any error of the library; ValueError for a data set far larger than the file, or in another one.
    """
    size = os.path.getsize(path)

    def read(name: str, item: h5py.Group | h5py.Dataset) -> None:
        dict(item.attrs)
        if isinstance(item, h5py.Dataset):
            if item.nbytes > _MOST_EXPANSION * size:
                raise ValueError(f"{name} unpacks to {item.nbytes} bytes, the file has {size}")
            if item.external or item.is_virtual:
                raise ValueError(f"{name} lies in other files of this machine")
            item[()]

    def leads_out(name: str, link: object) -> str | None:
        # What is raised here, the library turns into an error of its own.
        if isinstance(link, h5py.ExternalLink):
            return f"{name} leads to another file, {link.filename}"
        return None

    with h5py.File(path, "r") as file:
        dict(file.attrs)
        if said := file.visititems_links(leads_out):
            raise ValueError(said)
        file.visititems(read)


def main(argv: list[str]) -> int:
    """Read the file argv[0]; 1 and a line on standard output if it cannot be read."""
    limits.lower(resource.RLIMIT_CORE, 0)
    limits.lower(resource.RLIMIT_AS, _MEMORY_BYTES)
    used = int(sum(resource.getrusage(resource.RUSAGE_SELF)[:2]))
    seconds = used + _SECONDS + os.path.getsize(argv[0]) // _BYTES_A_SECOND
    limits.lower(resource.RLIMIT_CPU, seconds, seconds + 1)
    try:
        walk(argv[0])
    except Exception as error:  # a damaged file raises anything
        print(" ".join(str(error).split()))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
