"""The table of loaders: each module of a format registers its own."""

import dataclasses
import pathlib
from collections.abc import Callable

from testing.fuzz import mutate

Good = Callable[[], bytes]
Load = Callable[[pathlib.Path], object]
Damaged = Callable[[bytes, int], bytes]


@dataclasses.dataclass(frozen=True)
class Loader:
    """A loader of files that users hand in.

    Attributes:
      suffix: of the file's name.
      good: returns a file that loads.
      load: loads a file by its path.
      damaged: returns a damaged copy; its second argument is the number of the damage.
    """

    suffix: str
    good: Good
    load: Load
    damaged: Damaged = mutate.damaged


LOADERS: dict[str, Loader] = {}


def add(name: str, suffix: str, good: Good, load: Load, damaged: Damaged = mutate.damaged) -> None:
    """Register a loader under a new name."""
    assert name not in LOADERS, f"two loaders are called {name}"
    LOADERS[name] = Loader(suffix, good, load, damaged)


def loads(
    name: str, suffix: str, good: Good, damaged: Damaged = mutate.damaged
) -> Callable[[Load], Load]:
    """Register the decorated function as the loader of a format."""

    def register(load: Load) -> Load:
        add(name, suffix, good, load, damaged)
        return load

    return register
