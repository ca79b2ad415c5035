"""Recipes: the shipped files are valid; a user's mistakes are named."""

import json
import pathlib

import pytest
from testing import manifests
from testing.raises import user_error

from model_press.formats import files, recipes, strict_json

SHIPPED = sorted(pathlib.Path("models/recipes").glob("*.json"))


def _json(**changes) -> dict:
    return strict_json.to_json(manifests.recipe()) | changes


@pytest.mark.parametrize("path", SHIPPED)
def test_shipped_recipe_is_valid_and_named_as_its_file(path):
    recipe = recipes.read(path)
    assert f"{recipe.name}.json" == path.name
    assert files.dump_json(strict_json.to_json(recipe)) == path.read_bytes()


@pytest.mark.parametrize("name", ["dense_scales", "gelu", "math", "nearest"])
def test_a_float_recipe_may_name_rewrites_for_its_runtime(name):
    fp32 = recipes.read("models/recipes/fp32.json")
    changed = strict_json.to_json(fp32) | {"rewrites": [name]}
    assert recipes.parse(changed, "r").rewrites == (name,)


def test_round_trip():
    recipe = manifests.recipe()
    assert recipes.parse(json.loads(files.dump_json(strict_json.to_json(recipe))), "r") == recipe


@pytest.mark.parametrize(
    "changes, said",
    [
        ({"wieghts": "int8"}, ["unknown field 'wieghts'", "weights"]),
        ({"weights": "int2"}, ["'weights'", "int2", "float16"]),
        (
            {"weights": "int4", "activations": "float32", "calibration": "none"},
            ["int4", "2.16.1 answers wrongly"],
        ),
        ({"weights": "sparse_int8"}, ["'weights': got 'sparse_int8', expected one of", "int4"]),
        ({"weights": "sparse_float32"}, ["int8 activations need int8 weights"]),
        ({"per_channel_dense": 0}, ["per_channel_dense", "expected bool"]),
        ({"per_channel_dense": "no"}, ["per_channel_dense", "expected bool"]),
        ({"schema_version": 2}, ["schema_version", "2"]),
        ({"schema_version": True}, ["schema_version", "True"]),
        ({"name": "My Recipe"}, ["My Recipe", "small letters"]),
        ({"calibration": "none"}, ["int8", "required", "none"]),
        ({"activations": "float32"}, ["calibration"]),
        ({"activations": "float32", "calibration": "none"}, ["output_type 'uint8'"]),
        ({"activations": "int16", "output_type": "float32"}, ["input_type 'uint8'", "int16"]),
        ({"weights": "float16"}, ["int8 activations need int8 weights"]),
        (
            {"mixed_precision": {"max_mean_diff": 0}},
            ["'mixed_precision.max_mean_diff': got 0.0, expected above 0"],
        ),
        ({"mixed_precision": 0.1}, ["mixed_precision", "object"]),
        (
            {"activations": "int16", "input_type": "float32", "output_type": "float32"}
            | {"mixed_precision": {"max_mean_diff": 0.1}},
            ["mixed_precision", "int8 activations", "int16"],
        ),
        ({"rewrites": ["elu"]}, ["rewrites", "elu", "relu"]),
        ({"rewrites": "relu"}, ["rewrites", "expected a list"]),
        ({"rewrites": ["relu", "relu"]}, ["rewrites names relu twice"]),
        (
            {"activations": "int16", "input_type": "float32", "output_type": "float32"}
            | {"rewrites": ["relu"]},
            ["rewrites", "int8 activations", "int16"],
        ),
        (
            {"tolerance": {"min_top1_agreement": 2, "max_mean_diff": 0.1}},
            ["'tolerance.min_top1_agreement': got 2.0, expected at least 0 and at most 1"],
        ),
        (
            {"tolerance": {"min_top1_agreement": 1, "max_mean_diff": 0}},
            ["'tolerance.max_mean_diff': got 0.0, expected above 0"],
        ),
        ({"tolerance": {"max_mean_diff": 0.1}}, ["tolerance", "min_top1_agreement", "missing"]),
        ({"tolerance": 3}, ["tolerance", "object"]),
    ],
)
def test_mistakes_are_named(changes, said):
    with user_error("recipe r.json", *said):
        recipes.parse(_json(**changes), "recipe r.json")


@pytest.mark.parametrize("field", list(_json()))
def test_every_field_is_required(field):
    data = _json()
    del data[field]
    with user_error(f"field '{field}' is missing"):
        recipes.parse(data, "recipe")


def test_not_json(tmp_path):
    path = tmp_path / "r.json"
    path.write_text('{"name": }')
    with user_error("not valid JSON", "line 1"):
        recipes.read(path)
