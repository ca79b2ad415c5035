"""Core ML recipes: the shipped ones parse, and each contradiction gets one line."""

import json
import pathlib

import pytest
from testing.raises import user_error

from model_press.formats import coreml_recipes

_FOLDER = pathlib.Path("models/coreml_recipes")


def _recipe(**changes):
    data = json.loads((_FOLDER / "int8.json").read_text())
    return {**data, **changes}


@pytest.mark.parametrize("path", sorted(_FOLDER.glob("*.json")), ids=lambda path: path.stem)
def test_shipped_recipe_parses_and_is_named_as_its_file(path):
    assert coreml_recipes.read(path).name == path.stem


def test_there_are_shipped_recipes():
    assert len(list(_FOLDER.glob("*.json"))) >= 11


_PALETTE = {"bits": 4, "mode": "kmeans", "group_size": 0}


@pytest.mark.parametrize(
    "changes, said",
    [
        ({"weights": "palette"}, "palette None"),
        ({"palette": _PALETTE}, "weights 'int8' with palette"),
        (
            {"weights": "palette", "palette": {**_PALETTE, "bits": 5}},
            "'palette.bits': got 5, expected one of 1, 2",
        ),
        ({"weights": "palette", "palette": {**_PALETTE, "group_size": 8}}, "needs minimum_ios 18"),
        ({"sparsity": 0.5}, "needs minimum_ios 18, got 16"),
        ({"sparsity": 1.0}, "'sparsity': got 1.0, expected at least 0 and below 1"),
        ({"min_coverage": 0.0}, "min_coverage 0.0"),
        ({"weights": "dense"}, "min_coverage 0.95"),
        ({"min_elements": 0}, "'min_elements': got 0"),
        ({"minimum_ios": 15}, "minimum_ios"),
        ({"name": "Int8"}, "'Int8'"),
        ({"tolerance": {"min_top1_agreement": 1, "max_mean_diff": 0}}, "max_mean_diff': got 0.0"),
        ({"compute": "int8"}, "'float16', 'float32'"),
        ({"extra": 1}, "unknown field 'extra'"),
    ],
)
def test_contradiction_is_one_line(changes, said):
    with user_error("recipe int8.json", said):
        coreml_recipes.parse(_recipe(**changes), "recipe int8.json")
