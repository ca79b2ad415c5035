"""The list of shipped Core ML recipes in Starlark names the JSON files."""

import ast
import json
import pathlib
import re


def test_starlark_list_matches_the_json_files():
    text = pathlib.Path("models/private/coreml_recipes.bzl").read_text()
    listed = ast.literal_eval(re.search(r"COREML_RECIPES = (\[.*?\])", text, re.DOTALL)[1])
    files = {
        path.stem: json.loads(path.read_text())
        for path in pathlib.Path("models/coreml_recipes").glob("*.json")
    }
    assert listed == sorted(files)
    assert all(name == data["name"] for name, data in files.items())
