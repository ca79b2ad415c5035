"""Damaged copies of a good file: the same seed and number give the same bytes."""

import copy
import json
from typing import Any

import numpy as np

# Numbers that lengths, offsets and shapes overflow on.
_NUMBERS = (0, 1, -1, 2, 127, 128, 255, 256, 32767, 65535, 65536, 2**31 - 1, 2**31, 2**32 - 1)
_VALUES: tuple[Any, ...] = (
    *(
        0,
        -1,
        1,
        2**31,
        2**63,
        1e308,
        -0.5,
        True,
        False,
        None,
        "",
        "..",
        "/etc/passwd",
        "\u202e",
        "\x00",
    ),
    *([], {}, [[]], {"a": 1}, [0] * 1000, "x" * 10_000),
)


def damaged(good: bytes, number: int) -> bytes:
    """The copy of this number: one to four changes, each of a random kind."""
    rng = np.random.default_rng((len(good), number))
    data = bytearray(good)
    for _ in range(rng.integers(1, 5)):
        _CHANGES[rng.integers(len(_CHANGES))](data, rng)
    return bytes(data)


def damaged_json(good: bytes, number: int) -> bytes:
    """A copy of a JSON object that is JSON still, with one to three fields changed, gone or added; a fifth is not."""
    if number % 5 == 4:
        return damaged(good, number)
    rng = np.random.default_rng((len(good), number))
    value = json.loads(good)
    for _ in range(rng.integers(1, 4)):
        _change_field(value, rng)
    return json.dumps(value).encode("utf-8", "surrogatepass")


def _change_field(value: Any, rng: np.random.Generator) -> None:
    """Walks down a random way and changes what is there."""
    while True:
        keys = list(value) if isinstance(value, dict) else list(range(len(value)))
        if not keys:
            return
        key = keys[rng.integers(len(keys))]
        if isinstance(value[key], (dict, list)) and value[key] and rng.random() < 0.7:
            value = value[key]
            continue
        kind = rng.integers(4)
        if kind == 0:
            del value[key]
        elif kind == 1 and isinstance(value, dict):
            value["unexpected"] = 1
        else:
            value[key] = copy.deepcopy(_VALUES[rng.integers(len(_VALUES))])
        return


def _flip(data: bytearray, rng: np.random.Generator) -> None:
    if data:
        data[rng.integers(len(data))] ^= 1 << int(rng.integers(8))


def _number(data: bytearray, rng: np.random.Generator) -> None:
    """Puts a nasty 32-bit number anywhere, aligned as files have them."""
    if len(data) >= 8:
        at = int(rng.integers(len(data) // 4)) * 4
        number = _NUMBERS[rng.integers(len(_NUMBERS))] & 0xFFFFFFFF
        data[at : at + 4] = number.to_bytes(4, "little")


def _cut(data: bytearray, rng: np.random.Generator) -> None:
    del data[int(rng.integers(len(data) + 1)) :]


def _drop(data: bytearray, rng: np.random.Generator) -> None:
    at = int(rng.integers(len(data) + 1))
    del data[at : at + int(rng.integers(1, 64))]


def _repeat(data: bytearray, rng: np.random.Generator) -> None:
    at = int(rng.integers(len(data) + 1))
    data[at:at] = data[at : at + int(rng.integers(1, 256))]


def _noise(data: bytearray, rng: np.random.Generator) -> None:
    at = int(rng.integers(len(data) + 1))
    length = int(rng.integers(1, 32))
    data[at : at + length] = rng.bytes(length)


# Small damage more often: a cut file is refused before anything interesting is read.
_CHANGES = (_flip, _flip, _flip, _number, _number, _number, _noise, _noise, _drop, _repeat, _cut)
