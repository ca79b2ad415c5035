"""Reads tensors from a Core ML weight file (weights/weight.bin).

Layout, little endian, as Core ML's MILBlob storage has it: a 64-byte header (uint32 count, uint32 version), then for
each tensor, at the 64-byte aligned offset that the program names, a 64-byte record (uint32 0xDEADBEEF, uint32 type,
uint64 bytes, uint64 offset of the data, uint64 padding bits) and the data. Elements smaller than a byte are packed from
the least significant bit up.
"""

import os
import struct

import numpy as np

from model_press.formats.errors import UserError

_SENTINEL = 0xDEADBEEF
_VERSION = 2
# Type code -> (name, bits, NumPy type of an unpacked element).
_TYPES = {
    1: ("float16", 16, np.float16),
    2: ("float32", 32, np.float32),
    3: ("uint8", 8, np.uint8),
    4: ("int8", 8, np.int8),
    6: ("int16", 16, np.int16),
    7: ("uint16", 16, np.uint16),
    8: ("int4", 4, np.int8),
    9: ("uint1", 1, np.uint8),
    10: ("uint2", 2, np.uint8),
    11: ("uint4", 4, np.uint8),
    12: ("uint3", 3, np.uint8),
    13: ("uint6", 6, np.uint8),
    14: ("int32", 32, np.int32),
    15: ("uint32", 32, np.uint32),
}


class BlobFile:
    """A weight file, memory-mapped."""

    def __init__(self, path: str | os.PathLike[str]):
        self._path = path
        try:
            self._bytes = np.memmap(path, np.uint8, mode="r")
        except (OSError, ValueError) as error:
            raise UserError(f"weight file {path} cannot be read ({error})") from error
        version = struct.unpack_from("<I", self._part(0, 8), 4)[0]
        if version != _VERSION:
            raise UserError(f"weight file {path} has version {version}, expected {_VERSION}")

    def read(self, offset: int, count: int) -> np.ndarray:
        """Return the `count` elements of the tensor whose record lies at `offset`, flat, unpacked to whole bytes.

        Raises:
          UserError: the file is truncated, or what lies there is no such tensor.
        """
        sentinel, code, size, start, padding = struct.unpack("<IIQQQ", self._part(offset, 32))
        if sentinel != _SENTINEL:
            raise UserError(
                f"weight file {self._path}: no tensor begins at offset {offset}: found {sentinel:#010x}, expected "
                f"{_SENTINEL:#010x}; write the package again"
            )
        if code not in _TYPES:
            raise UserError(
                f"weight file {self._path}: the tensor at {offset} has element type {code}, expected one of "
                f"{', '.join(map(str, _TYPES))}; write the package again"
            )
        name, bits, dtype = _TYPES[code]
        found = (size * 8 - padding) // bits
        if found != count:
            raise UserError(
                f"weight file {self._path}: the tensor at {offset} has {found} elements of {name}, "
                f"the program says {count}"
            )
        data = self._part(start, size)
        if bits >= 8:
            return data.view(dtype)
        return unpack(data, bits, count, signed=name.startswith("int"))

    def _part(self, start: int, size: int) -> np.ndarray:
        part = self._bytes[start : start + size]
        if len(part) != size:
            raise UserError(
                f"weight file {self._path} is truncated: {len(self._bytes)} bytes, {start + size} needed"
            )
        return part


def unpack(data: np.ndarray, bits: int, count: int, signed: bool = False) -> np.ndarray:
    """Unpack `count` elements of `bits` (1 to 7) bits from uint8 data, least significant bit first.

    Returns:
      uint8 [count], or int8 [count] in two's complement if `signed`.
    Raises:
      UserError: the data has fewer.
    """
    if count * bits > 8 * len(data):
        raise UserError(
            f"{len(data)} bytes of weights hold no {count} elements of {bits} bits, expected "
            f"{-(-count * bits // 8)}; write the package again"
        )
    stream = np.unpackbits(np.asarray(data, np.uint8), count=count * bits, bitorder="little")
    places = (1 << np.arange(bits)).astype(np.uint8)
    values = (stream.reshape(count, bits) * places).sum(1, dtype=np.uint8)
    if not signed:
        return values
    return ((values.astype(np.int16) ^ (1 << (bits - 1))) - (1 << (bits - 1))).astype(np.int8)
