"""Tiny Keras models as Core ML packages, for tests."""

import dataclasses
import pathlib
from typing import Any

import numpy as np
from model_press.coreml import convert, package, predict
from model_press.formats import coreml_recipes, files, labels, manifest, model_info
from model_press.formats.normalization import NAMED, Normalization
from model_press.images import preprocess
from model_press.keras_io import import_model

from testing import keras_models

IMAGES, CLASSES = keras_models.photos(60, seed=2)
NAMES = [f"colour {index}" for index in range(keras_models.CLASSES)]


def recipe(name: str, **changes: Any) -> coreml_recipes.CoremlRecipe:
    """Return a shipped recipe for models of a few hundred weights, with changes."""
    shipped = coreml_recipes.read(f"models/coreml_recipes/{name}.json")
    return dataclasses.replace(shipped, **{"min_elements": 64, "min_coverage": 0.0, **changes})


@dataclasses.dataclass(frozen=True)
class Source:
    """A model in the build's form: folder with m.model, m.json and m.labels.txt, and its scores on IMAGES."""

    folder: pathlib.Path
    info: model_info.ModelInfo
    expected: np.ndarray

    def convert(self, a_recipe: coreml_recipes.CoremlRecipe, name: str | None = None) -> "Variant":
        """Convert into the folder `name`.mlpackage, by default named by the recipe."""
        out = self.folder / f"{name or a_recipe.name}.mlpackage"
        description = convert.convert_model(
            self.folder / "m.model", self.info, a_recipe, self.folder / "m.labels.txt", out
        )
        return Variant(out, description)


@dataclasses.dataclass(frozen=True)
class Variant:
    """A package and its manifest."""

    package: pathlib.Path
    manifest: manifest.CoremlManifest

    def scores(self, images: np.ndarray = IMAGES) -> np.ndarray:
        """Return float32 [N, classes], by way of the files that the build uses."""
        folder = self.package.parent
        np.save(folder / "images.npy", images)
        predict.predict_coreml(
            self.package, self.manifest, folder / "images.npy", folder / "scores.npy"
        )
        return np.load(folder / "scores.npy")

    def signed(self, **changes: Any) -> "Variant":
        """Return the same with a manifest that names the changed package of a test."""
        model = dataclasses.replace(self.manifest.model, sha256=package.digest(self.package))
        return Variant(self.package, dataclasses.replace(self.manifest, model=model, **changes))


def source(
    folder: pathlib.Path, model: Any, pre: Normalization = NAMED["tf"], fit: bool = True
) -> Source:
    """Save a Keras model of either generation, its head fitted to IMAGES' classes, and describe it.

    A model of another input size has no `expected` scores.
    """
    expected = np.empty((0, 0), np.float32)
    if tuple(model.input_shape[1:3]) == IMAGES.shape[1:3]:
        if fit:
            keras_models.fit_head(model, preprocess.normalize(IMAGES, pre), CLASSES)
        expected = np.asarray(model(preprocess.normalize(IMAGES, pre)), np.float32)
    model.save(folder / "source.keras")
    files.write_bytes(folder / "names.txt", labels.dump(NAMES))
    import_model.import_model(
        folder / "source.keras",
        str(folder / "names.txt"),
        pre,
        "crop",
        True,
        "tiny",
        folder / "m.model",
        folder / "m.json",
        folder / "m.labels.txt",
    )
    return Source(folder, model_info.read(folder / "m.json"), expected)
