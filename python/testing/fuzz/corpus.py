"""Writes damaged files, so that Java and Swift are tried on the same files as Python.

    corpus.py --out FOLDER --count N --loader NAME [--loader NAME ...]

Makes NAME.bin: the good file, then numbers 0 to N - 1, each behind its length as four little-endian bytes.
"""

import argparse
import pathlib
import sys

from testing.fuzz.loaders import LOADERS


def write(folder: pathlib.Path, count: int, names: list[str]) -> None:
    """Create and fill a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        loader = LOADERS[name]
        good = loader.good()
        with open(folder / f"{name}.bin", "wb") as file:
            for data in (good, *(loader.damaged(good, number) for number in range(count))):
                file.write(len(data).to_bytes(4, "little") + data)


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=pathlib.Path, required=True, help="folder to fill")
    parser.add_argument("--count", type=int, required=True, help="damaged files of each kind")
    parser.add_argument("--loader", action="append", choices=list(LOADERS), required=True)
    options = parser.parse_args(argv)
    write(options.out, options.count, options.loader)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
