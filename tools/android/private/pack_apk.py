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
from collections.abc import Iterator

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
    """Returns the boundary in bytes at which a stored entry's data starts."""
    return LIBRARY_ALIGNMENT if name.endswith(".so") else DEFAULT_ALIGNMENT


def _alignment_extra(offset: int, name: str) -> bytes:
    """Returns an extra field after which the data of an entry at `offset` is aligned."""
    alignment = alignment_of(name)
    start = offset + _LOCAL_HEADER_BYTES + len(name.encode()) + _FIELD_HEADER.size
    padding = -start % alignment
    return _FIELD_HEADER.pack(_ALIGNMENT_FIELD, 2 + padding, alignment) + bytes(padding)


def add(apk: zipfile.ZipFile, name: str, content: bytes) -> None:
    """Writes one entry with a fixed date, stored and aligned if its kind must be."""
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
    """Yields the entries of an archive; of an APK only its assets, or all but its assets."""
    with zipfile.ZipFile(path) as archive:
        for name in sorted(archive.namelist()):
            if assets is None or name.startswith(_ASSETS) == assets:
                yield name, archive.read(name)


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, fromfile_prefix_chars="@")
    parser.add_argument(
        "--resources", type=pathlib.Path, required=True, help="aapt2's APK, for all but the assets"
    )
    parser.add_argument(
        "--assets", type=pathlib.Path, required=True, help="aapt2's APK with the assets"
    )
    parser.add_argument("--dex", type=pathlib.Path, required=True, help="D8's zip of classes*.dex")
    parser.add_argument("--jni", action="append", default=[], metavar="ABI=FILE")
    parser.add_argument("--out", type=pathlib.Path, required=True)
    args = parser.parse_args(argv)
    entries = [
        *zip_entries(args.resources, assets=False),
        *zip_entries(args.assets, assets=True),
        *zip_entries(args.dex),
    ]
    for library in sorted(args.jni):
        abi, _, file = library.partition("=")
        path = pathlib.Path(file)
        entries.append((f"lib/{abi}/{path.name}", path.read_bytes()))
    with zipfile.ZipFile(args.out, "w") as apk:
        for name, content in entries:
            add(apk, name, content)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
