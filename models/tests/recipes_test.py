"""The table of shipped recipes in Starlark says what the recipes' JSON files say."""

import ast
import json
import pathlib
import re

from model_press.formats import compressions


def test_starlark_table_matches_the_json_files():
    text = pathlib.Path("models/private/recipes.bzl").read_text()
    table = {}
    for name in ("RECIPES", "FURTHER_RECIPES"):
        literal = re.search(rf"^{name} = (\{{.*?\}})", text, re.DOTALL | re.MULTILINE)[1]
        table.update(ast.literal_eval(literal))
    files = {
        path.stem: json.loads(path.read_text())
        for path in pathlib.Path("models/recipes").glob("*.json")
    }
    assert table == {name: data["calibration"] == "required" for name, data in files.items()}
    assert all(name == data["name"] for name, data in files.items())


def test_starlark_list_of_compressions_matches_the_json_files():
    text = pathlib.Path("models/private/compressions.bzl").read_text()
    names = ast.literal_eval(re.search(r"COMPRESSIONS = (\[.*?\])", text, re.DOTALL)[1])
    paths = sorted(pathlib.Path("models/compressions").glob("*.json"))
    assert names == [path.stem for path in paths]
    assert names == [compressions.read(path).name for path in paths]
