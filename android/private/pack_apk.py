"""Packs resources, assets, classes and native libraries into an aligned, unsigned APK.

What is mapped from the APK on the device is stored, not compressed: models (`.tflite`), native
libraries (`.so`) and the resource table (`.arsc`). Stored entries are aligned as zipalign and the
installer want them, and carry Android's alignment field, which tells signing tools to keep it.
"""

import argparse
import pathlib
import struct
import sys
import zipfile
from collections.abc import Iterable, Iterator

STORED_SUFFIXES = (".arsc", ".so", ".tflite")
LIBRARY_ALIGNMENT = 16384  # The largest page size of Android devices.
DEFAULT_ALIGNMENT = 4

_ASSETS = "assets/"
_DATE = (2010, 1, 1, 0, 0, 0)
_LOCAL_HEADER_BYTES = 30
_ALIGNMENT_FIELD = 0xD935  # "Android ZIP Alignment Extra Field" of the APK format.
_FIELD_HEADER = struct.Struct("<HHH")  # Id, bytes that follow, alignment.
_COMPRESSION_LEVEL = 9


def alignment_of(name: str) -> int:
    """Return the boundary in bytes at which a stored entry's data starts."""
    return LIBRARY_ALIGNMENT if name.endswith(".so") else DEFAULT_ALIGNMENT


def _alignment_extra(offset: int, name: str) -> bytes:
    """Return an extra field after which the data of an entry at `offset` is aligned."""
    alignment = alignment_of(name)
    start = offset + _LOCAL_HEADER_BYTES + len(name.encode()) + _FIELD_HEADER.size
    padding = -start % alignment
    return _FIELD_HEADER.pack(_ALIGNMENT_FIELD, 2 + padding, alignment) + bytes(padding)


def add(apk: zipfile.ZipFile, name: str, content: bytes) -> None:
    """Write one entry with a fixed date, stored and aligned if its kind must be."""
    info = zipfile.ZipInfo(name, _DATE)
    info.create_system = 0  # Otherwise the bytes depend on the system that packs.
    if name.endswith(STORED_SUFFIXES):
        info.compress_type = zipfile.ZIP_STORED
        info.extra = _alignment_extra(apk.start_dir, name)
        apk.writestr(info, content)
        # The field pads the local header only; the directory needs no second copy.
        info.extra = b""
    else:
        info.compress_type = zipfile.ZIP_DEFLATED
        apk.writestr(info, content, compresslevel=_COMPRESSION_LEVEL)


def zip_entries(path: pathlib.Path, assets: bool | None = None) -> Iterator[tuple[str, bytes]]:
    """Yield the entries of an archive; of an APK only its assets, or all but its assets."""
    with zipfile.ZipFile(path) as archive:
        for name in sorted(archive.namelist()):
            if assets is None or name.startswith(_ASSETS) == assets:
                yield name, archive.read(name)


def library_entries(jni: Iterable[str]) -> Iterator[tuple[str, bytes]]:
    """Yield the entries of native libraries that are given as ABI=FILE."""
    for library in sorted(jni):
        abi, _, file = library.partition("=")
        path = pathlib.Path(file)
        yield f"lib/{abi}/{path.name}", path.read_bytes()


def pack(out: pathlib.Path, entries: Iterable[tuple[str, bytes]]) -> None:
    """Write an archive of these entries, in their order."""
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in entries:
            add(archive, name, content)


def parser_of(description: str | None) -> argparse.ArgumentParser:
    """Return the options of a program that packs an app."""
    parser = argparse.ArgumentParser(description=description, fromfile_prefix_chars="@")
    parser.add_argument(
        "--resources", type=pathlib.Path, required=True, help="aapt2's APK, for all but the assets"
    )
    parser.add_argument(
        "--assets", type=pathlib.Path, required=True, help="aapt2's APK with the assets"
    )
    parser.add_argument("--dex", type=pathlib.Path, required=True, help="zip of classes*.dex")
    parser.add_argument("--jni", action="append", default=[], metavar="ABI=FILE")
    parser.add_argument("--out", type=pathlib.Path, required=True)
    return parser


def main(argv: list[str]) -> int:
    args = parser_of(__doc__).parse_args(argv)
    entries = [
        *zip_entries(args.resources, assets=False),
        *zip_entries(args.assets, assets=True),
        *zip_entries(args.dex),
        *library_entries(args.jni),
    ]
    pack(args.out, entries)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
