"""Saves a tf_keras model as a `.keras` file whose bytes depend on the model alone."""

from __future__ import annotations

import json
import os
import tempfile
import zipfile

import tf_keras

# The earliest time that a zip entry can carry.
_EPOCH = (1980, 1, 1, 0, 0, 0)


def save(model: tf_keras.Model, path: str) -> None:
    """Writes a `.keras` file (Keras v3 format, by tf_keras), whole or not at all.

    Keras puts the date into the metadata and into every zip entry, and memory addresses into the
    config (as identities of shared objects): all are replaced by fixed values.

    Args:
      model: a model that was never compiled, so that no optimizer's state goes into the file.
      path: where to write it.
    """
    with tempfile.TemporaryDirectory(dir=os.path.dirname(path) or ".") as folder:
        raw = os.path.join(folder, "raw.keras")
        model.save(raw, save_format="keras")
        whole = os.path.join(folder, "whole.keras")
        with zipfile.ZipFile(raw) as source, zipfile.ZipFile(whole, "w") as target:
            for name in sorted(source.namelist()):
                content = source.read(name)
                if name.endswith(".json"):
                    content = json.dumps(_fixed(json.loads(content), {})).encode()
                entry = zipfile.ZipInfo(name, _EPOCH)
                entry.external_attr = 0o644 << 16
                target.writestr(entry, content)
        os.replace(whole, path)


def _fixed(value, identities: dict[int, int]):
    """Returns parsed JSON without its date, and with shared objects numbered as they appear."""
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
