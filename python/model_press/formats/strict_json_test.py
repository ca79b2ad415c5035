"""strict_json: nested dataclasses, lists and exact types."""

import dataclasses

import pytest
from testing.raises import user_error

from model_press.formats import strict_json
from model_press.formats.errors import UserError


@dataclasses.dataclass(frozen=True)
class _Inner:
    n: int
    x: float = 0.5


@dataclasses.dataclass(frozen=True)
class _Outer:
    items: tuple[_Inner, ...]
    note: str | None = None


def test_nested_lists_and_defaults():
    value = strict_json.from_json(_Outer, {"items": [{"n": 1}, {"n": 2, "x": 3}]}, "o")
    assert value == _Outer((_Inner(1), _Inner(2, 3.0)))
    assert strict_json.to_json(value)["items"][1] == {"n": 2, "x": 3.0}


@pytest.mark.parametrize(
    "data, said",
    [
        ([], "expected a JSON object"),
        ({"items": {}}, "expected a list"),
        ({"items": [{"n": 1.5}]}, "items'[0]: field 'n': expected int"),
        ({"items": [{"n": True}]}, "expected int"),
        ({"items": [{"n": 1, "x": True}]}, "expected float"),
        ({"items": [], "note": 3}, "field 'note': expected str"),
    ],
)
def test_wrong_types_are_located(data, said):
    with user_error("o", said):
        strict_json.from_json(_Outer, data, "o")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"n": 1, "x": 10**400}, "a number beyond 1.8e308"),
        ({"n": 1, "x": float("inf")}, "a number beyond 1.8e308"),
        ({"n": 1, "x": float("nan")}, "a number beyond 1.8e308"),
    ],
)
def test_numbers_that_no_float_holds_are_refused(data, said):
    with user_error("field 'x'", said):
        strict_json.from_json(_Inner, data, "o")


def test_half_a_surrogate_pair_is_no_text():
    with user_error("field 'note'", "unpaired surrogate"):
        strict_json.from_json(_Outer, {"items": [], "note": "a\ud800"}, "o")
    assert strict_json.from_json(_Outer, {"items": [], "note": "\U0001f600é"}, "o").note


def test_what_no_line_can_show_stands_as_its_code():
    """A file's own words in an error: no escape sequence of a terminal, and bytes that any output takes."""
    said = str(UserError("unknown field '\x1b[2J\u202e\ud800é\n中'"))
    assert said == "unknown field '\\x1b[2J\\u202e\\ud800é 中'"
    said.encode()
