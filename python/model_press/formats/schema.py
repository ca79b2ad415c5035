"""Write JSON Schemas (draft 2020-12) of the dataclasses that strict_json reads."""

import dataclasses
import inspect
import types
import typing
from typing import Annotated, Any

from model_press.formats import strict_json

_DRAFT = "https://json-schema.org/draft/2020-12/schema"
_PLAIN = {str: "string", int: "integer", float: "number", bool: "boolean"}


def of(title: str, *classes: type) -> dict[str, Any]:
    """Return the schema of a file that holds one object of one of the classes."""
    definitions: dict[str, Any] = {}
    references = [_type(cls, definitions) for cls in classes]
    whole = references[0] if len(references) == 1 else {"oneOf": references}
    return {"$schema": _DRAFT, "title": title, **whole, "$defs": dict(sorted(definitions.items()))}


def _type(hint: Any, definitions: dict[str, Any]) -> dict[str, Any]:
    origin = typing.get_origin(hint)
    if origin is Annotated:
        inner, *constraints = typing.get_args(hint)
        result = _type(inner, definitions)
        for constraint in constraints:
            result |= _constraint(constraint, result)
        return result
    if dataclasses.is_dataclass(hint):
        return _object(hint, definitions)
    if origin is typing.Literal:
        choices = list(typing.get_args(hint))
        return {"const": choices[0]} if len(choices) == 1 else {"enum": choices}
    if origin is tuple:
        return {"type": "array", "items": _type(typing.get_args(hint)[0], definitions)}
    if origin in (typing.Union, types.UnionType):
        options = [o for o in typing.get_args(hint) if o is not type(None)]
        return {"anyOf": [_type(options[0], definitions), {"type": "null"}]}
    return {"type": _PLAIN[hint]}


def _object(cls: Any, definitions: dict[str, Any]) -> dict[str, Any]:
    name = cls.__name__
    if name not in definitions:
        definitions[name] = {}  # of a class that contains itself
        hints = typing.get_type_hints(cls, include_extras=True)
        properties, required = {}, []
        for field in dataclasses.fields(cls):
            properties[field.name] = _type(hints[field.name], definitions)
            if field.default is dataclasses.MISSING:
                required.append(field.name)
            else:
                properties[field.name] = {
                    **properties[field.name],
                    "default": strict_json.to_json(field.default),
                }
        definitions[name] = {
            "description": inspect.cleandoc(cls.__doc__ or ""),
            "type": "object",
            "properties": properties,
            "required": required,
            "additionalProperties": False,
        }
    return {"$ref": f"#/$defs/{name}"}


def _constraint(constraint: Any, schema: dict[str, Any]) -> dict[str, Any]:
    if isinstance(constraint, strict_json.Range):
        named = {
            "minimum": constraint.at_least,
            "exclusiveMinimum": constraint.above,
            "maximum": constraint.at_most,
            "exclusiveMaximum": constraint.below,
        }
        return {name: limit for name, limit in named.items() if limit is not None}
    if isinstance(constraint, strict_json.Length):
        suffix = "Items" if schema.get("type") == "array" else "Length"
        limits = {f"min{suffix}": constraint.at_least, f"max{suffix}": constraint.at_most}
        return {name: limit for name, limit in limits.items() if limit is not None}
    return {"pattern": f"^(?:{constraint.regex})$"}
