"""Convert frozen dataclasses to JSON objects and back, strictly.

An unknown, missing or wrongly typed field is an error, and so is a value that its field's constraint forbids.
Constraints stand on the field: `share: Annotated[float, Range(above=0, at_most=1)]`.
"""

import dataclasses
import math
import os
import re
import types
import typing
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

from model_press.formats import files
from model_press.formats.errors import UserError

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

T = TypeVar("T", bound="DataclassInstance")


@dataclasses.dataclass(frozen=True)
class Range:
    """Limit a number; None leaves a side open."""

    at_least: float | None = None
    above: float | None = None
    at_most: float | None = None
    below: float | None = None

    def expected(self, value: Any) -> str | None:
        """Return what is expected instead of `value`, or None if it fits."""
        fits = (
            (self.at_least is None or value >= self.at_least)
            and (self.above is None or value > self.above)
            and (self.at_most is None or value <= self.at_most)
            and (self.below is None or value < self.below)
        )
        named = {
            "at least": self.at_least,
            "above": self.above,
            "at most": self.at_most,
            "below": self.below,
        }
        limits = [f"{name} {limit}" for name, limit in named.items() if limit is not None]
        return None if fits else " and ".join(limits)


@dataclasses.dataclass(frozen=True)
class Length:
    """Limit the number of a list's items, or of a text's characters."""

    at_least: int = 0
    at_most: int | None = None

    def expected(self, value: Any) -> str | None:
        """Return what is expected instead of `value`, or None if it fits."""
        if self.at_least <= len(value) and (self.at_most is None or len(value) <= self.at_most):
            return None
        unit = "characters" if isinstance(value, str) else "items"
        if self.at_least == self.at_most:
            return f"{self.at_least} {unit}, got {len(value)}"
        limit = "" if self.at_most is None else f" and at most {self.at_most}"
        return f"at least {self.at_least}{limit} {unit}, got {len(value)}"


@dataclasses.dataclass(frozen=True)
class Pattern:
    """Require a text to match a regular expression. meaning: the expectation, in an error message."""

    regex: str
    meaning: str

    def expected(self, value: Any) -> str | None:
        """Return what is expected instead of `value`, or None if it fits."""
        return None if re.fullmatch(self.regex, value) else self.meaning


@dataclasses.dataclass(frozen=True)
class _PlainFileName:
    regex: str = r"[^/]+"

    def expected(self, value: Any) -> str | None:
        plain = os.path.basename(value) == value and value not in ("", ".", "..")
        return None if plain else "a plain file name, without folders"


PlainFileName = Annotated[str, _PlainFileName()]
Sha256 = Annotated[str, Pattern(r"[0-9a-f]{64}", "64 lowercase hexadecimal digits")]
Count = Annotated[int, Range(at_least=0)]
Positive = Annotated[int, Range(at_least=1)]
Share = Annotated[float, Range(at_least=0, at_most=1)]
# A recipe's name becomes a part of target and file names.
RecipeName = Annotated[
    str,
    Pattern(
        r"[a-z_][a-z0-9_]*",
        "small letters, digits and _, as it becomes a part of target and file names",
    ),
]


def to_json(value: Any) -> Any:
    """Turn a dataclass (nested, with tuples) into plain JSON values, in field order."""
    if dataclasses.is_dataclass(value):
        return {f.name: to_json(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, (list, tuple)):
        return [to_json(item) for item in value]
    if isinstance(value, dict):
        return {key: to_json(item) for key, item in value.items()}
    return value


def from_json(cls: type[T], data: Any, where: str) -> T:
    """Build dataclass `cls` from a parsed JSON object.

    Args:
      cls: a dataclass whose fields are str, int, float, bool, Literal, tuple[X, ...], dataclasses, or one of them
        with constraints (Annotated) or with null (X | None).
      data: the parsed JSON value.
      where: name of the object in an error message, for example "recipe int8.json".
    Raises:
      UserError: naming the field that is unknown, missing, of another type or out of its range.
    """
    return _object(cls, data, where, "")


def read(cls: type[T], path: str | os.PathLike[str], what: str) -> T:
    """Read a JSON file as `from_json` does; `what` names the kind of file in an error message."""
    return from_json(cls, files.read_json(path, what), f"{what} {os.path.basename(path)}")


def write(path: str | os.PathLike[str], value: Any) -> None:
    """Write a dataclass as a JSON file, whole; equal values give equal bytes."""
    files.write_json(path, to_json(value))


def checker(where: str) -> Callable[[object, str], None]:
    """Return need(condition, message): UserError `where: message` where the condition does not hold."""

    def need(condition: object, message: str) -> None:
        if not condition:
            raise UserError(f"{where}: {message}")

    return need


def _object(cls: Any, data: Any, where: str, path: str) -> Any:
    if not isinstance(data, dict):
        raise UserError(f"{_at(where, path)}expected a JSON object, got {_kind(data)}")
    hints = typing.get_type_hints(cls, include_extras=True)
    fields = {f.name: f for f in dataclasses.fields(cls)}
    for name in data:
        if name not in fields:
            raise UserError(
                f"{where}: unknown field '{_join(path, name)}'; the fields are {', '.join(fields)}"
            )
    values = {}
    for name, field in fields.items():
        if name in data:
            values[name] = _convert(hints[name], data[name], where, _join(path, name))
        elif field.default is dataclasses.MISSING:
            raise UserError(f"{where}: field '{_join(path, name)}' is missing")
    return cls(**values)


def _convert(hint: Any, value: Any, where: str, path: str) -> Any:
    origin = typing.get_origin(hint)
    if origin is Annotated:
        inner, *constraints = typing.get_args(hint)
        converted = _convert(inner, value, where, path)
        for constraint in constraints:
            if expected := constraint.expected(converted):
                shown = repr(list(converted) if isinstance(converted, tuple) else converted)
                raise UserError(f"{_at(where, path)}got {shown:.60}, expected {expected}")
        return converted
    if dataclasses.is_dataclass(hint):
        return _object(hint, value, where, path)
    if origin is typing.Literal:
        choices = typing.get_args(hint)
        if value not in choices or isinstance(value, bool) != isinstance(choices[0], bool):
            shown = ", ".join(repr(choice) for choice in choices)
            raise UserError(f"{_at(where, path)}got {value!r:.60}, expected one of {shown}")
        return value
    if origin is tuple:
        if not isinstance(value, list):
            raise UserError(f"{_at(where, path)}expected a list, got {_kind(value)}")
        item = typing.get_args(hint)[0]
        return tuple(_convert(item, v, where, f"{path}[{i}]") for i, v in enumerate(value))
    if origin in (typing.Union, types.UnionType):
        options = [o for o in typing.get_args(hint) if o is not type(None)]
        if value is None and type(None) in typing.get_args(hint):
            return None
        return _convert(options[0], value, where, path)
    if hint is float and type(value) in (int, float):
        return _finite(value, where, path)
    if type(value) is not hint:
        raise UserError(f"{_at(where, path)}expected {hint.__name__}, got {_kind(value)}")
    if hint is str and not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError as error:
            raise UserError(
                f"{_at(where, path)}got {value!r:.60}, expected text; the string contains an unpaired surrogate"
            ) from error
    return value


def _finite(value: float, where: str, path: str) -> float:
    """Return a number as float; 1e400 and an integer of hundreds of digits do not fit into one."""
    try:
        result = float(value)
    except OverflowError:
        result = math.inf
    if not math.isfinite(result):
        raise UserError(
            f"{_at(where, path)}got a number beyond 1.8e308, expected one that a float can hold"
        )
    return result


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _at(where: str, path: str) -> str:
    return f"{where}: field '{path}': " if path else f"{where}: "


def _kind(value: Any) -> str:
    return (
        f"{type(value).__name__} {value!r:.60}"
        if not isinstance(value, (dict, list))
        else ("an object" if isinstance(value, dict) else "a list")
    )
