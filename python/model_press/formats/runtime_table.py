"""Runtime tables: the operators that a TensorFlow Lite runtime has, each up to which version.

A table is JSON: {"runtime": name, "version": "2.16.1", "ops": {"CONV_2D": {"max_version": 8}, ...}}. Readers ignore
its other fields.
"""

import dataclasses
import os
from collections.abc import Mapping

from model_press.formats import files
from model_press.formats.errors import UserError


@dataclasses.dataclass(frozen=True)
class RuntimeTable:
    """A runtime (name and version, as messages show them) and the newest version of each of its operators, by name."""

    runtime: str
    max_version: Mapping[str, int]


def read(path: str | os.PathLike[str]) -> RuntimeTable:
    """Read a runtime table; UserError if a field is missing or has the wrong type."""
    data = files.read_json(path, "runtime table")
    try:
        newest = {op: int(entry["max_version"]) for op, entry in data["ops"].items()}
        return RuntimeTable(f"{data['runtime']} {data['version']}", newest)
    except (KeyError, TypeError, AttributeError, ValueError, OverflowError) as error:
        raise UserError(
            f"runtime table {path} lacks {error}; expected runtime, version and ops with max_version"
        ) from error
