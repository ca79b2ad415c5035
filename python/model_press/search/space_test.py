"""Search spaces: points, the compression at one, and mistakes by field."""

import pytest
from testing.raises import user_error
from testing.search_space import COMPRESSION, data_of, space_of

from model_press.formats import files
from model_press.search import space


def test_a_point_is_a_compression():
    grid = space_of()
    assert (grid.shape, grid.size, len(set(grid.points()))) == ((9, 5), 45, 45)
    made = grid.at((2, 3), "best")
    assert (made.name, made.channels.budget, made.channels.least) == ("best", 0.2, 0.3)
    assert made.training == COMPRESSION.training


def test_whole_numbers_stay_whole(tmp_path):
    data = data_of()
    data["parameters"] = [{"field": "training.epochs", "numbers": [1.0, 6.0], "choices": []}]
    files.write_json(tmp_path / "s.json", data)
    epochs = space.read(tmp_path / "s.json").at((1,), "x").training.epochs
    assert epochs == 6 and isinstance(epochs, int)


def test_choices(tmp_path):
    data = data_of()
    data["parameters"] = [
        {"field": "channels.criterion", "numbers": [], "choices": ["l1", "gradient"]}
    ]
    files.write_json(tmp_path / "s.json", data)
    assert space.read(tmp_path / "s.json").at((1,), "x").channels.criterion == "gradient"


def test_the_digest_is_of_the_content(tmp_path):
    files.write_json(tmp_path / "s.json", data_of())
    assert space.read(tmp_path / "s.json").digest == space_of().digest
    other = data_of()
    other["parameters"][0]["numbers"][0] = 0.11
    files.write_json(tmp_path / "other.json", other)
    assert space.read(tmp_path / "other.json").digest != space_of().digest


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ([], "`parameters` is empty"),
        ([{"field": "channels.budget", "numbers": [], "choices": []}], "either `numbers`"),
        ([{"field": "channels.budget", "numbers": [0.5, 0.5], "choices": []}], "a value twice"),
        (
            [{"field": "channels.width", "numbers": [1.0], "choices": []}],
            "channels.width is not a field",
        ),
        ([{"field": "name.first", "numbers": [1.0], "choices": []}], "name.first is not a field"),
        (
            [{"field": "channels.budget", "numbers": [1.5], "choices": []}],
            "'channels.budget': got 1.5",
        ),
        ([{"field": "channels.unit", "numbers": [], "choices": ["grams"]}], "'grams'"),
    ],
)
def test_mistakes_name_the_parameter(tmp_path, parameters, message):
    files.write_json(tmp_path / "s.json", {**data_of(), "parameters": parameters})
    with user_error("search space s.json", message):
        space.read(tmp_path / "s.json")
