"""Saves a Keras model of either generation as a `.keras` file whose bytes depend on the model alone."""

import json
import os
import tempfile
import zipfile
from typing import Any

from model_press.formats import files

# The earliest time that a zip entry can carry.
_EPOCH = (1980, 1, 1, 0, 0, 0)


def save(model: Any, path: str | os.PathLike[str]) -> None:
    """Write a `.keras` file (Keras v3 format), whole or not at all.

    Keras puts the date into the metadata and into every zip entry, and Keras 2 memory addresses into the
    config (as identities of shared objects): all are replaced by fixed values.

    Args:
      model: a model that was never compiled, so that no optimizer's state goes into the file.
      path: where to write it.
    """
    with tempfile.TemporaryDirectory() as folder:
        raw = os.path.join(folder, "raw.keras")
        model.save(raw)
        with (
            zipfile.ZipFile(raw) as source,
            files.AtomicWriter(path) as file,
            zipfile.ZipFile(file, "w") as target,
        ):
            for name in sorted(source.namelist()):
                content = source.read(name)
                if name.endswith(".json"):
                    content = json.dumps(_fixed(json.loads(content), {})).encode()
                entry = zipfile.ZipInfo(name, _EPOCH)
                entry.external_attr = 0o644 << 16
                target.writestr(entry, content)


def _fixed(value: Any, identities: dict[int, int]) -> Any:
    """Return parsed JSON without its date, with shared objects numbered in order of appearance."""
    if isinstance(value, list):
        return [_fixed(item, identities) for item in value]
    if not isinstance(value, dict):
        return value
    fixed = {}
    for key, item in value.items():
        if key == "date_saved":
            item = "1980-01-01@00:00:00"
        elif key == "shared_object_id":
            item = identities.setdefault(item, len(identities))
        fixed[key] = _fixed(item, identities)
    return fixed
