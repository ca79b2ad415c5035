"""Opens an untrusted file and describes, in one line, any file that is not a TFLite model."""

import contextlib
import mmap
import os
import resource
from collections.abc import Iterator

from ai_edge_litert import schema_py_generated as schema

from model_press.formats import files
from model_press.formats.errors import UserError
from model_press.process import limits
from model_press.tflite import reader

# A hostile file may claim millions of tables that all point to the same bytes: the parse then fails at this limit
# instead of taking the machine's memory. Address space, so it includes the mapped file and the libraries.
_PARSE_BYTES = 3 << 30

_CONVERT = "convert it first: a `tflite_variant` target, or tf.lite.TFLiteConverter"
# First bytes of what is given by mistake.
_OTHERS = (
    (b"PK\x03\x04", f"is a zip archive (a .keras model, an APK or a .task bundle?); {_CONVERT}"),
    (b"\x89HDF\r\n", f"is an HDF5 file (a Keras .h5 model?); {_CONVERT}"),
    (b"\x93NUMPY", "is a NumPy array, not a model"),
    (b"\x08\x01\x12", f"looks like a SavedModel's saved_model.pb; {_CONVERT}"),
    (b"\x1f\x8b", "is gzip-compressed; unpack it first"),
)


@contextlib.contextmanager
def opened(
    path: str | os.PathLike[str], bounded: bool = True
) -> Iterator[tuple[mmap.mmap, reader.TfliteFile]]:
    """Yield the mapped bytes and the parsed structure of a .tflite file.

    Args:
      bounded: with a limit on the whole process while it parses; not in a caller's process, which may hold more than
        that already or run threads.
    Raises:
      UserError: no file, a directory, empty, a Git LFS pointer, another format, truncated, corrupt or hostile.
    """
    path = files.require_file(path, "model")
    with open(path, "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        for magic, said in _OTHERS:
            if data[: len(magic)] == magic and data[4:8] != b"TFL3":
                raise UserError(f"model {path} {said}")
        try:
            limit = limits.bounded(resource.RLIMIT_AS, _PARSE_BYTES + 2 * len(data))
            with limit if bounded else contextlib.nullcontext():
                parsed = reader.parse(data, f"model {path}")
        except MemoryError:
            raise UserError(
                f"model {path} is corrupt ({len(data)} bytes, but its tables need more memory than any "
                "model of that size); build or fetch it again"
            ) from None
        yield data, parsed


def subgraphs(data: mmap.mmap) -> int:
    """Return the number of graphs in a checked file; more than one where there is control flow."""
    count: int = schema.Model.GetRootAs(data, 0).SubgraphsLength()
    return count
