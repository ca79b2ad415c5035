"""Compares a model's operator versions with those that runtimes register."""

import os
from collections.abc import Sequence

from model_press.formats import runtime_table
from model_press.inspect.facts import Loader
from model_press.tflite.reader import FLEX_PREFIX, TfliteFile


def check(file: TfliteFile, tables: Sequence[str | os.PathLike[str]]) -> tuple[Loader, ...]:
    """Return a Loader for each runtime table, in their order (see formats/runtime_table.py)."""
    return tuple(_check(file, path) for path in tables)


def _check(file: TfliteFile, path: str | os.PathLike[str]) -> Loader:
    table = runtime_table.read(path)
    reasons = []
    for op, version, _ in file.builtin_ops():
        has = table.max_version.get(op, 0)
        if version > has:
            reasons.append(f"{op} version {version}, it has {f'up to {has}' if has else 'none'}")
    for op in file.custom_ops():
        if op.startswith(FLEX_PREFIX):
            reasons.append(f"{op} needs full TensorFlow (the Select TF library)")
        else:
            reasons.append(f"custom operator {op}: it loads only where the app registers it")
    return Loader(table.runtime, not reasons, tuple(reasons))
