"""Progress lines for a person at a terminal; a build's log stays free of them."""

import functools
import os
import time
from collections.abc import Iterator
from typing import Protocol, TypeVar

T_co = TypeVar("T_co", covariant=True)
_EVERY_S = 10.0


class Items(Protocol[T_co]):
    """A sequence or an array: it has a length, and it can be gone through."""

    def __len__(self) -> int: ...

    def __iter__(self) -> Iterator[T_co]: ...


@functools.cache
def terminal() -> int | None:
    """Return a file descriptor of the terminal behind stderr, or None; kept while stderr is captured."""
    return os.dup(2) if os.isatty(2) else None


def track(items: Items[T_co], what: str) -> Iterator[T_co]:
    """Yield the items; every ten seconds a line says how many are done and how long is left."""
    start = time.monotonic()
    due = start + _EVERY_S
    for done, item in enumerate(items):
        now = time.monotonic()
        if done and now >= due and (descriptor := terminal()) is not None:
            left = (now - start) / done * (len(items) - done)
            line = f"{what}: {done} of {len(items)}, {left:.0f} s left\n"
            os.write(descriptor, line.encode())
            due = now + _EVERY_S
        yield item
