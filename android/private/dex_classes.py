"""Names the classes that a .dex file defines."""

import struct

_MAGIC = b"dex\n"
# Offsets in the header of the counts of strings, types and classes; each is followed by its table's offset.
_STRINGS, _TYPES, _CLASSES = 0x38, 0x40, 0x60
_CLASS_BYTES = 32
# Bytes that a class's name has at most; one without an end would be read to the end of the file, for each class.
_LONGEST_NAME = 4096


def _uleb128(data: bytes, offset: int) -> tuple[int, int]:
    """Returns an unsigned LEB128 number and the offset behind it."""
    value = shift = 0
    while True:
        byte = data[offset]
        offset += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if not byte & 0x80:
            return value, offset


def _string(data: bytes, index: int) -> str:
    (table,) = struct.unpack_from("<I", data, _STRINGS + 4)
    (offset,) = struct.unpack_from("<I", data, table + 4 * index)
    _, start = _uleb128(data, offset)
    return data[start : data.index(0, start, start + _LONGEST_NAME)].decode("utf-8", "replace")


def defined(dex: bytes) -> list[str]:
    """Returns the classes that `dex` defines, such as "org.example.Outer$Inner".

    Raises:
      ValueError: if it is no .dex file, or its tables lead out of it.
    """
    if not dex.startswith(_MAGIC):
        raise ValueError("not a .dex file")
    try:
        return _defined(dex)
    except (IndexError, struct.error) as error:
        raise ValueError(f"a damaged .dex file: {error}") from error


def _defined(dex: bytes) -> list[str]:
    (types,) = struct.unpack_from("<I", dex, _TYPES + 4)
    count, table = struct.unpack_from("<II", dex, _CLASSES)
    names = []
    for index in range(count):
        (kind,) = struct.unpack_from("<I", dex, table + _CLASS_BYTES * index)
        (name,) = struct.unpack_from("<I", dex, types + 4 * kind)
        names.append(_string(dex, name)[1:-1].replace("/", "."))
    return names
