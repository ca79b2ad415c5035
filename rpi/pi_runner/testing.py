"""Helpers of the runner's tests."""

import dataclasses
import io
import os
import pathlib
import shutil
from collections.abc import Sequence

import numpy as np
from model_press.formats import bundle, manifest
from PIL import Image

from pi_runner.bundle import Repair

FILES = ("model.tflite", "manifest.json", "labels.txt")


def variant_files() -> dict[str, pathlib.Path]:
    """Return the three files of //models/digits:int8, named by the environment."""
    variables = ("PI_MODEL", "PI_MANIFEST", "PI_LABELS")
    return {name: pathlib.Path(os.environ[v]) for name, v in zip(FILES, variables, strict=True)}


def make_bundle(folder: pathlib.Path, names: Sequence[str] = ("digits_int8",)) -> pathlib.Path:
    """Return a bundle in `folder`: the model of digits_int8 under each of `names`, the first the default."""
    for name in names:
        variant = folder / name
        variant.mkdir(parents=True)
        for file, path in variant_files().items():
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
        shutil.copyfile(variant_files()[target.name], target)

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
