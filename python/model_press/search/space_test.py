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


def _with(folder, field, numbers=(), choices=()):
    """Read a file of the space with this one parameter."""
    parameter = {"field": field, "numbers": numbers, "choices": choices}
    files.write_json(folder / "s.json", {**data_of(), "parameters": [parameter]})
    return space.read(folder / "s.json")


def test_whole_numbers_stay_whole(tmp_path):
    epochs = _with(tmp_path, "training.epochs", [1.0, 6.0]).at((1,), "x").training.epochs
    assert epochs == 6 and isinstance(epochs, int)


def test_choices(tmp_path):
    grid = _with(tmp_path, "channels.criterion", choices=["l1", "gradient"])
    assert grid.at((1,), "x").channels.criterion == "gradient"


def test_the_digest_is_of_the_content(tmp_path):
    files.write_json(tmp_path / "s.json", data_of())
    assert space.read(tmp_path / "s.json").digest == space_of().digest
    other = data_of()
    other["parameters"][0]["numbers"][0] = 0.11
    files.write_json(tmp_path / "other.json", other)
    assert space.read(tmp_path / "other.json").digest != space_of().digest


def test_no_parameters(tmp_path):
    files.write_json(tmp_path / "s.json", {**data_of(), "parameters": []})
    with user_error("search space s.json", "`parameters` is empty"):
        space.read(tmp_path / "s.json")


@pytest.mark.parametrize(
    ("field", "numbers", "choices", "message"),
    [
        ("channels.budget", [], [], "either `numbers`"),
        ("channels.budget", [0.5, 0.5], [], "a value twice"),
        ("channels.width", [1.0], [], "channels.width is not a field"),
        ("name.first", [1.0], [], "name.first is not a field"),
        ("channels.budget", [1.5], [], "'channels.budget': got 1.5"),
        ("channels.unit", [], ["grams"], "'grams'"),
    ],
)
def test_mistakes_name_the_parameter(tmp_path, field, numbers, choices, message):
    with user_error("search space s.json", message):
        _with(tmp_path, field, numbers, choices)
