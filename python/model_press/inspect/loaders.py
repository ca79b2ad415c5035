"""Determines which runtimes load a model, by their registered operator versions."""

import os
from collections.abc import Sequence

from model_press.formats import files
from model_press.formats.errors import UserError
from model_press.inspect.facts import Loader
from model_press.tflite.reader import FLEX_PREFIX, TfliteFile


def check(file: TfliteFile, tables: Sequence[str | os.PathLike[str]]) -> tuple[Loader, ...]:
    """Return one Loader a runtime table (JSON, see checks/runtime.py), in the order given."""
    return tuple(_check(file, path) for path in tables)


def _check(file: TfliteFile, path: str | os.PathLike[str]) -> Loader:
    data = files.read_json(path, "runtime table")
    try:
        name = f"{data['runtime']} {data['version']}"
        newest = {op: int(entry["max_version"]) for op, entry in data["ops"].items()}
    except (KeyError, TypeError, AttributeError, ValueError, OverflowError) as error:
        raise UserError(f"runtime table {path} lacks {error}") from error
    reasons = []
    for op, version, _ in file.builtin_ops():
        has = newest.get(op, 0)
        if version > has:
            reasons.append(f"{op} version {version}, it has {f'up to {has}' if has else 'none'}")
    for op in file.custom_ops():
        if op.startswith(FLEX_PREFIX):
            reasons.append(f"{op} needs full TensorFlow (the Select TF library)")
        else:
            reasons.append(f"custom operator {op}: it loads only where the app registers it")
    return Loader(name, not reasons, tuple(reasons))
