"""strict_json: nested dataclasses, lists and exact types."""

import dataclasses
from typing import Annotated, Literal

import pytest
from testing.raises import user_error

from model_press.formats import strict_json
from model_press.formats.errors import UserError
from model_press.formats.strict_json import (
    Length,
    PlainFileName,
    Positive,
    Range,
    RecipeName,
    Sha256,
)


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
        ({"items": [{"n": 1.5}]}, "field 'items[0].n': expected int"),
        ({"items": [{"n": True}]}, "expected int"),
        ({"items": [{"n": 1, "x": True}]}, "expected float"),
        ({"items": [], "note": 3}, "field 'note': expected str"),
        ({"items": [{"x": 1.0}]}, "field 'items[0].n' is missing"),
        ({"items": [{"n": 1, "m": 2}]}, "unknown field 'items[0].m'; the fields are n, x"),
        ({"items": [], "note": {}}, "field 'note': expected str, got an object"),
    ],
)
def test_wrong_fields_and_types_are_located(data, said):
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


def test_an_unpaired_surrogate_is_refused():
    with user_error("field 'note'", "unpaired surrogate"):
        strict_json.from_json(_Outer, {"items": [], "note": "a\ud800"}, "o")
    assert strict_json.from_json(_Outer, {"items": [], "note": "\U0001f600é"}, "o").note


@dataclasses.dataclass(frozen=True)
class _Limited:
    share: Annotated[float, Range(above=0, at_most=1)] = 1.0
    steps: Annotated[int, Range(at_least=2, below=9)] | None = None
    sides: Annotated[tuple[Positive, ...], Length(2, 2)] = (1, 1)
    labels: Annotated[tuple[str, ...], Length(1)] = ("x",)
    file: PlainFileName = "x"
    sha256: Sha256 = "0" * 64
    name: RecipeName = "int8"
    mode: Literal["a", "b"] = "a"
    version: Literal[1] = 1


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"share": 0}, "'share': got 0.0, expected above 0 and at most 1"),
        ({"share": 1.5}, "'share': got 1.5"),
        ({"steps": 1}, "'steps': got 1, expected at least 2 and below 9"),
        ({"steps": 9}, "'steps': got 9"),
        ({"sides": [1]}, "'sides': got [1], expected 2 items, got 1"),
        ({"sides": [1, 0]}, "'sides[1]': got 0, expected at least 1"),
        ({"labels": []}, "'labels': got [], expected at least 1 items, got 0"),
        ({"file": "a/b"}, "'file': got 'a/b', expected a plain file name"),
        ({"file": ".."}, "'file': got '..'"),
        ({"file": ""}, "'file': got ''"),
        ({"sha256": "0" * 63}, "'sha256': got"),
        ({"sha256": "0" * 64 + "\n"}, "'sha256': got"),
        ({"name": "Int-8"}, "'name': got 'Int-8', expected small letters, digits and _"),
        ({"mode": "c"}, "'mode': got 'c', expected one of 'a', 'b'"),
        ({"version": True}, "'version': got True, expected one of 1"),
    ],
)
def test_constraints_stand_on_the_field(data, said):
    with user_error("o", said):
        strict_json.from_json(_Limited, data, "o")
    assert strict_json.from_json(_Limited, {"steps": None, "share": 0.5}, "o").share == 0.5


def test_what_no_line_can_show_stands_as_its_code():
    """A file's own words in an error: no escape sequence of a terminal, and bytes that any output takes."""
    said = str(UserError("unknown field '\x1b[2J\u202e\ud800é\n中'"))
    assert said == "unknown field '\\x1b[2J\\u202e\\ud800é 中'"
    said.encode()
