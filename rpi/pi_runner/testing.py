"""Helpers of the runner's tests; `pytest_plugins = ["pi_runner.testing"]` gives a test the fixtures."""

import dataclasses
import io
import pathlib
import shutil
from collections.abc import Sequence

import numpy as np
import pytest
from model_press.formats import bundle, manifest
from PIL import Image

from pi_runner.bundle import Repair

# The files of a variant in a bundle -> those of //models/digits:int8.
_DIGITS = pathlib.Path("models/digits")
FILES = {
    "model.tflite": _DIGITS / "digits_int8.tflite",
    "manifest.json": _DIGITS / "digits_int8.manifest.json",
    "labels.txt": _DIGITS / "digits.labels.txt",
}


def make_bundle(folder: pathlib.Path, names: Sequence[str] = ("digits_int8",)) -> pathlib.Path:
    """Return a bundle in `folder`: the model of digits_int8 under each of `names`, the first the default."""
    for name in names:
        variant = folder / name
        variant.mkdir(parents=True)
        for file, path in FILES.items():
            shutil.copyfile(path, variant / file)
        variant_manifest = manifest.read_tflite(variant / "manifest.json")
        manifest.write(variant / "manifest.json", dataclasses.replace(variant_manifest, name=name))
    index = bundle.make(
        bundle.Variant(name, *(f"{name}/{file}" for file in FILES)) for name in names
    )
    (folder / bundle.INDEX).write_bytes(bundle.dump(index))
    return folder


def repair(folder: pathlib.Path) -> Repair:
    """Restore a file of that bundle from the build's own."""

    def restore(path: str) -> None:
        target = folder / path
        target.parent.mkdir(exist_ok=True)
        shutil.copyfile(FILES[target.name], target)

    return restore


def picture(width: int, height: int, seed: int = 0) -> Image.Image:
    """Return a smooth colour picture."""
    rng = np.random.default_rng(seed)
    small = Image.fromarray(rng.integers(0, 256, (6, 8, 3), np.uint8).astype(np.uint8))
    return small.resize((width, height), Image.Resampling.BICUBIC)


def encoded(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    """Return the bytes of an image file."""
    data = io.BytesIO()
    image.save(data, kind, **options)
    return data.getvalue()


def _models(tmp_path: pathlib.Path) -> pathlib.Path:
    """Return the folder of a bundle of digits_int8."""
    return make_bundle(tmp_path / "models")


def _photo(tmp_path: pathlib.Path) -> str:
    """Return the path of a JPEG."""
    path = tmp_path / "photo.jpg"
    path.write_bytes(encoded(picture(120, 90), "JPEG"))
    return str(path)


# Calls, because mypy reads no types of pytest and refuses its decorators.
models = pytest.fixture(_models)
photo = pytest.fixture(_photo)
