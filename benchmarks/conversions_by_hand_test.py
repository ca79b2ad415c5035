"""The plain process makes the very files that the build makes; only then a comparison of times means something."""

import pathlib

from model_press.convert import convert
from model_press.formats import normalization, recipes
from model_press.images import npy
from testing import imported, keras_models

from benchmarks import conversions_by_hand

RECIPES = ("dynamic_int8", "fp16", "fp32", "int16x8", "int8")


def test_same_files_as_the_build(tmp_path):
    pixels, classes = keras_models.photos(30)
    pre = normalization.NAMED["tf"]
    imported.tiny(tmp_path, "2", pixels, classes)
    npy.write_npy(tmp_path / "images.npy", pixels)
    (tmp_path / "out").mkdir()
    paths = [f"models/recipes/{name}.json" for name in RECIPES]
    arguments = [f"--model={tmp_path / 'tiny.model'}", f"--info={tmp_path / 'tiny.json'}"]
    arguments += [f"--calibration={tmp_path / 'images.npy'}", f"--out={tmp_path / 'out'}"]
    conversions_by_hand.main([*arguments, "--times=2", *(f"--recipe={path}" for path in paths)])
    assert len(list((tmp_path / "out").iterdir())) == 2 * len(RECIPES)
    for path in paths:
        recipe = recipes.read(path)
        images = pixels if recipe.calibration == "required" else None
        expected = convert.convert_model(tmp_path / "tiny.model", pre, recipe, images).data
        for number in range(2):
            made = tmp_path / "out" / f"{pathlib.Path(path).stem}_{number}.tflite"
            assert made.read_bytes() == expected, made.name
