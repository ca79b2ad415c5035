"""Progress lines for a person at a terminal; a build's log stays free of them."""

import functools
import os
import time
from collections.abc import Iterator, Sequence
from typing import TypeVar

T = TypeVar("T")
_EVERY_S = 10.0


@functools.cache
def terminal() -> int | None:
    """A file descriptor of the terminal behind stderr, or None; kept while stderr is captured."""
    return os.dup(2) if os.isatty(2) else None


def track(items: Sequence[T], what: str) -> Iterator[T]:
    """Yields the items; every ten seconds a line says how many are done and how long is left."""
    start = time.monotonic()
    due = start + _EVERY_S
    for done, item in enumerate(items):
        now = time.monotonic()
        if done and now >= due and terminal() is not None:
            left = (now - start) / done * (len(items) - done)
            line = f"{what}: {done} of {len(items)}, {left:.0f} s left\n"
            os.write(terminal(), line.encode())
            due = now + _EVERY_S
        yield item
