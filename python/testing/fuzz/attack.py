"""Feeds damaged files to one loader, in a process that may use so much memory and so much time.

    attack.py LOADER FIRST COUNT

Exit code 0: each was loaded, or refused by a UserError that fits a line. Otherwise the last line says which number
did what.
"""

import faulthandler
import pathlib
import resource
import sys
import tempfile

from model_press.formats.errors import UserError
from model_press.process import limits, memory

from testing.fuzz.loaders import LOADERS, Loader

_MEMORY_BYTES = 2 << 30
_SECONDS = 10
_LONGEST_MESSAGE = 1100


def attack(loader: Loader, first: int, count: int, folder: pathlib.Path) -> str:
    """Try files first..first + count - 1; return the failures, or "".

    Temporary files of the loader are made below `folder`, so that one that leaves its own is seen.
    """
    scratch = folder / "scratch"
    scratch.mkdir()
    usual, tempfile.tempdir = tempfile.tempdir, str(scratch)
    try:
        return _attack(loader, first, count, folder, scratch)
    finally:
        tempfile.tempdir = usual


def _attack(
    loader: Loader, first: int, count: int, folder: pathlib.Path, scratch: pathlib.Path
) -> str:
    good = loader.good()
    path = folder / f"file{loader.suffix}"
    path.write_bytes(good)
    loader.load(path)
    refused = 0
    for number in range(first, first + count):
        path.write_bytes(loader.damaged(good, number))
        faulthandler.dump_traceback_later(_SECONDS, exit=True)
        try:
            loader.load(path)
        except UserError as error:
            refused += 1
            message = str(error)
            if len(message) > _LONGEST_MESSAGE:
                return f"{number}: the message is {len(message)} long: {message[:200]!r}"
        except BaseException as error:
            return f"{number}: {type(error).__name__}: {error}"
        finally:
            faulthandler.cancel_dump_traceback_later()
        found = {*folder.iterdir(), *scratch.iterdir()} - {path, scratch}
        others = sorted(each.name for each in found)
        if others:
            return f"{number}: it wrote {others}"
    if refused < count / 10:
        return f"only {refused} of {count} files were refused: the damage does not reach the loader"
    return ""


def main(argv: list[str]) -> int:
    """Run the attack and print the failures."""
    name, first, count = argv[0], int(argv[1]), int(argv[2])
    # Address space, not memory: libraries map more than they use, hence on top of what is mapped now.
    limits.lower(resource.RLIMIT_AS, memory.mapped_bytes() + _MEMORY_BYTES)
    with tempfile.TemporaryDirectory() as folder:
        problem = attack(LOADERS[name], first, count, pathlib.Path(folder))
    print(problem, flush=True)
    return 1 if problem else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
