"""The search space: a compression recipe with some fields left open."""

import dataclasses
import itertools
import math
import os
from collections.abc import Iterator
from typing import Any

from model_press.formats import compressions, files, strict_json
from model_press.formats.errors import UserError

Point = tuple[int, ...]


@dataclasses.dataclass(frozen=True)
class Parameter:
    """An open field.

    field: its path in the compression, such as "channels.budget".
    numbers, choices: the values to try, in order; one of the two is empty.
    """

    field: str
    numbers: tuple[float, ...]
    choices: tuple[str, ...]

    @property
    def values(self) -> tuple[float | str, ...]:
        """The values to try, of either kind."""
        return self.numbers or self.choices


@dataclasses.dataclass(frozen=True)
class Space:
    """A grid of compressions. A point of it is an index into each parameter's values.

    compression: the recipe whose fields the parameters replace.
    """

    compression: compressions.Compression
    parameters: tuple[Parameter, ...]

    @property
    def shape(self) -> tuple[int, ...]:
        """Number of values of each parameter."""
        return tuple(len(parameter.values) for parameter in self.parameters)

    @property
    def size(self) -> int:
        """Number of points."""
        return math.prod(self.shape)

    def points(self) -> Iterator[Point]:
        """Return all points, the last parameter fastest."""
        return itertools.product(*map(range, self.shape))

    def values_at(self, point: Point) -> dict[str, float | str]:
        """Return the value of each field at a point."""
        pairs = zip(self.parameters, point, strict=True)
        return {parameter.field: parameter.values[index] for parameter, index in pairs}

    def at(self, point: Point, name: str) -> compressions.Compression:
        """Return the compression at a point, under a name of its own."""
        data = strict_json.to_json(self.compression)
        for field, value in self.values_at(point).items():
            _set(data, field, value)
        return compressions.parse({**data, "name": name}, f"search point {self.values_at(point)}")

    @property
    def digest(self) -> str:
        """SHA-256 of the space, independent of the file's layout."""
        return files.sha256_bytes(files.dump_json(strict_json.to_json(self)))


def read(path: str | os.PathLike[str]) -> Space:
    """Read a space.

    Raises:
      UserError: names the field; also where some value makes no valid compression.
    """
    where = f"search space {os.path.basename(path)}"
    data = files.read_json(path, "search space")
    found = strict_json.from_json(Space, data, where)
    compressions.parse(data["compression"], f"{where}: compression")
    if not found.parameters:
        raise UserError(f"{where}: `parameters` is empty, expected at least one open field")
    for parameter in found.parameters:
        _check(parameter, found, where)
    return found


def _check(parameter: Parameter, space: Space, where: str) -> None:
    if bool(parameter.numbers) == bool(parameter.choices):
        raise UserError(
            f"{where}: parameter {parameter.field} needs either `numbers` or `choices`, and not both"
        )
    if len(set(parameter.values)) != len(parameter.values):
        raise UserError(f"{where}: parameter {parameter.field} lists a value twice")
    for value in parameter.values:
        data = strict_json.to_json(space.compression)
        try:
            _set(data, parameter.field, value)
        except KeyError:
            raise UserError(
                f"{where}: parameter {parameter.field} is not a field of the compression "
                f"{space.compression.name}; use one of its JSON's fields, such as channels.budget"
            ) from None
        compressions.parse(data, f"{where}: parameter {parameter.field} = {value}")


def _set(data: dict[str, Any], field: str, value: float | str) -> None:
    """Replace a field; a whole number stays whole. Raise KeyError if there is no such field."""
    *parents, last = field.split(".")
    for parent in parents:
        data = data[parent]
        if not isinstance(data, dict):
            raise KeyError(parent)
    if last not in data:
        raise KeyError(last)
    whole = isinstance(data[last], int) and not isinstance(data[last], bool)
    data[last] = int(value) if whole and float(value).is_integer() else value
