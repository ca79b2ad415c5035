"""Progress lines on stderr for work that takes long enough to wonder about."""

import sys
import time
from collections.abc import Iterator, Sequence
from typing import TypeVar

T = TypeVar("T")
_FIRST_AFTER_S = 10.0
_EVERY_S = 10.0


def track(items: Sequence[T], what: str) -> Iterator[T]:
    """Yields the items; every ten seconds a line says how many are done and how long is left."""
    start = time.monotonic()
    due = start + _FIRST_AFTER_S
    for done, item in enumerate(items):
        now = time.monotonic()
        if now >= due and done:
            left = (now - start) / done * (len(items) - done)
            print(f"{what}: {done} of {len(items)}, about {left:.0f} s left", file=sys.stderr)
            due = now + _EVERY_S
        yield item
