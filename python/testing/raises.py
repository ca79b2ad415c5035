"""Checks a user error: its type, that it is one line, and its words."""

import contextlib
from collections.abc import Iterator

import pytest
from model_press.formats.errors import UserError


@contextlib.contextmanager
def user_error(*parts: str) -> Iterator[None]:
    """Pass if the block raises a one-line UserError that contains every part."""
    with pytest.raises(UserError) as caught:
        yield
    message = str(caught.value)
    assert "\n" not in message
    for part in parts:
        assert part in message, f"{part!r} is not in: {message}"
