"""The size of a file as a download."""

import os
import zlib


def zipped_bytes(path: str | os.PathLike[str]) -> int:
    """Return the bytes of the file deflated at level 9, as a zip or a store's download does."""
    squeeze = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    total = 0
    with open(path, "rb") as file:
        while chunk := file.read(1 << 20):
            total += len(squeeze.compress(chunk))
    return total + len(squeeze.flush())
