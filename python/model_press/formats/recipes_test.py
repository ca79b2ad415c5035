"""Recipes of all three kinds: the shipped ones are read, and contradictions between fields are named.

strict_json_test and the committed schemas cover what each field alone may hold.
"""

import json
import pathlib

import pytest
from testing.manifests import changed
from testing.raises import user_error

from model_press.formats import compressions, coreml_recipes, files, recipes, strict_json

_KINDS = {"recipes": recipes, "coreml_recipes": coreml_recipes, "compressions": compressions}
_SHIPPED = [
    f"{folder}/{path.stem}"
    for folder in _KINDS
    for path in sorted(pathlib.Path("models", folder).glob("*.json"))
]
_FLOAT = {"activations": "float32", "calibration": "none"}
_INT16 = {"activations": "int16", "input_type": "float32", "output_type": "float32"}
_PALETTE = {"bits": 4, "mode": "kmeans", "group_size": 0}
_NO_STEP = "none of channels, magnitude, clustering, equalization and quantization"


def _parse(name, changes):
    data = json.loads(pathlib.Path("models", f"{name}.json").read_text())
    return _KINDS[name.partition("/")[0]].parse(changed(data, changes), "recipe r.json")


@pytest.mark.parametrize("name", _SHIPPED)
def test_a_shipped_recipe_is_named_as_its_file_and_written_as_it_is_read(name):
    path = pathlib.Path("models", f"{name}.json")
    recipe = _KINDS[name.partition("/")[0]].read(path)
    assert recipe.name == path.stem
    assert files.dump_json(strict_json.to_json(recipe)) == path.read_bytes()


def test_recipes_of_every_kind_are_shipped():
    counts = [sum(name.startswith(f"{folder}/") for name in _SHIPPED) for folder in _KINDS]
    assert all(found >= least for found, least in zip(counts, (7, 11, 6), strict=True))


@pytest.mark.parametrize("name", ["dense_scales", "gelu", "math", "nearest"])
def test_a_float_recipe_may_name_rewrites_for_its_runtime(name):
    assert _parse("recipes/fp32", {"rewrites": [name]}).rewrites == (name,)


@pytest.mark.parametrize(
    "name, changes, said",
    [
        (
            "recipes/int8",
            {"weights": "int4", **_FLOAT},
            ["int4", "2.16.1 answers wrongly"],
        ),
        ("recipes/int8", {"weights": "sparse_float32"}, ["int8 activations need int8 weights"]),
        ("recipes/int8", {"weights": "float16"}, ["int8 activations need int8 weights"]),
        ("recipes/int8", {"calibration": "none"}, ["int8", "required", "none"]),
        ("recipes/int8", {"activations": "float32"}, ["calibration"]),
        ("recipes/int8", _FLOAT, ["output_type 'uint8'"]),
        ("recipes/int8", _INT16 | {"input_type": "uint8"}, ["input_type 'uint8'", "int16"]),
        (
            "recipes/int8",
            _INT16 | {"mixed_precision": {"max_mean_diff": 0.1}},
            ["mixed_precision", "int8 activations", "int16"],
        ),
        ("recipes/int8", {"rewrites": ["relu", "relu"]}, ["rewrites names relu twice"]),
        ("recipes/int8", _INT16, ["rewrites concatenation", "int8 activations", "int16"]),
        ("coreml_recipes/int8", {"weights": "palette"}, ["palette None"]),
        ("coreml_recipes/int8", {"palette": _PALETTE}, ["weights 'int8' with palette"]),
        (
            "coreml_recipes/int8",
            {"weights": "palette", "palette": {**_PALETTE, "group_size": 8}},
            ["needs minimum_ios 18"],
        ),
        ("coreml_recipes/int8", {"sparsity": 0.5}, ["needs minimum_ios 18, got 16"]),
        ("coreml_recipes/int8", {"min_coverage": 0.0}, ["min_coverage 0.0"]),
        ("coreml_recipes/int8", {"weights": "dense"}, ["min_coverage 0.95"]),
        ("compressions/channels80", {"channels": None}, [_NO_STEP]),
        ("compressions/qat", {"quantization": None}, [_NO_STEP]),
        (
            "compressions/channels80",
            {"channels.share": None},
            ["neither share nor budget", "exactly one"],
        ),
        (
            "compressions/channels80",
            {"channels.budget": 0.5},
            ["share 0.8 and budget 0.5", "the other to null"],
        ),
        ("compressions/pruned_2_4", {"magnitude.sparsity": 0.8}, ["2:4 means sparsity 0.5"]),
        (
            "compressions/equalized",
            {"quantization": {"begin_share": 0.0}},
            ["`bias_correction` true", "set"],
        ),
        (
            "compressions/equalized",
            {"equalization.cross_layer": False, "equalization.bias_correction": False},
            ["both false, which changes nothing"],
        ),
        ("compressions/pqat50", {"training": None}, ["`training` is null", "learns its ranges"]),
    ],
)
def test_contradictions_are_named(name, changes, said):
    with user_error("recipe r.json", *said):
        _parse(name, changes)
