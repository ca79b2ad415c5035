"""Frozen dataclasses <-> JSON objects, strictly: an unknown, missing or wrongly typed field is an error."""

import dataclasses
import math
import types
import typing
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from model_press.formats.errors import UserError

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

T = TypeVar("T", bound="DataclassInstance")


def to_json(value: Any) -> Any:
    """Turn a dataclass (nested, with tuples) into plain JSON values, in field order."""
    if dataclasses.is_dataclass(value):
        return {f.name: to_json(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, (list, tuple)):
        return [to_json(item) for item in value]
    return value


def from_json(cls: type[T], data: Any, where: str) -> T:
    """Build dataclass `cls` from a parsed JSON object.

    Args:
      cls: a dataclass whose fields are str, int, float, bool, Literal, tuple[X, ...] or dataclasses.
      data: the parsed JSON value.
      where: what the object is called in an error message, for example "recipe int8.json".
    Raises:
      UserError: naming the field that is unknown, missing or of another type.
    """
    if not isinstance(data, dict):
        raise UserError(f"{where}: expected a JSON object, got {_kind(data)}")
    hints = typing.get_type_hints(cls)
    fields = {f.name: f for f in dataclasses.fields(cls)}
    for name in data:
        if name not in fields:
            raise UserError(f"{where}: unknown field '{name}'; the fields are {', '.join(fields)}")
    values = {}
    for name, field in fields.items():
        if name in data:
            values[name] = _convert(hints[name], data[name], f"{where}: field '{name}'")
        elif field.default is dataclasses.MISSING:
            raise UserError(f"{where}: field '{name}' is missing")
    return cls(**values)


def checker(where: str) -> Callable[[object, str], None]:
    """Return need(condition, message), which raises UserError `where: message` unless the condition holds."""

    def need(condition: object, message: str) -> None:
        if not condition:
            raise UserError(f"{where}: {message}")

    return need


def _convert(hint: Any, value: Any, where: str) -> Any:
    origin = typing.get_origin(hint)
    if dataclasses.is_dataclass(hint):
        return from_json(hint, value, where)
    if origin is typing.Literal:
        choices = typing.get_args(hint)
        if value not in choices or isinstance(value, bool) != isinstance(choices[0], bool):
            shown = ", ".join(repr(choice) for choice in choices)
            raise UserError(f"{where}: got {value!r}, expected one of {shown}")
        return value
    if origin is tuple:
        if not isinstance(value, list):
            raise UserError(f"{where}: expected a list, got {_kind(value)}")
        item = typing.get_args(hint)[0]
        return tuple(_convert(item, v, f"{where}[{i}]") for i, v in enumerate(value))
    if origin in (typing.Union, types.UnionType):
        options = [o for o in typing.get_args(hint) if o is not type(None)]
        if value is None and type(None) in typing.get_args(hint):
            return None
        return _convert(options[0], value, where)
    if hint is float and type(value) in (int, float):
        return _finite(value, where)
    if type(value) is not hint:
        raise UserError(f"{where}: expected {hint.__name__}, got {_kind(value)}")
    if hint is str and not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError as error:
            raise UserError(
                f"{where}: got {value!r:.60}, string contains an unpaired surrogate ({error.reason})"
            ) from error
    return value


def _finite(value: float, where: str) -> float:
    """Return a number as float; 1e400 and an integer of hundreds of digits are refused."""
    try:
        result = float(value)
    except OverflowError:
        result = math.inf
    if not math.isfinite(result):
        raise UserError(f"{where}: got a number beyond 1.8e308, expected one that a float can hold")
    return result


def _kind(value: Any) -> str:
    return (
        f"{type(value).__name__} {value!r:.60}"
        if not isinstance(value, (dict, list))
        else ("an object" if isinstance(value, dict) else "a list")
    )
