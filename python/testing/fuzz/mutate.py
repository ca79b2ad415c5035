"""Damaged copies of a good file: the same seed and number give the same bytes."""

import copy
import io
import json
import warnings
import zipfile
from collections.abc import Iterable
from typing import Any

import numpy as np

# Numbers that lengths, offsets and shapes overflow on.
_NUMBERS = (0, 1, -1, 2, 127, 128, 255, 256, 32767, 65535, 65536, 2**31 - 1, 2**31, 2**32 - 1)
_VALUES: tuple[Any, ...] = (
    *(0, -1, 1, 2**31, 2**63, 1e308, -0.5, True, False, None),
    *("", "..", "/etc/passwd", "\u202e", "\x00"),
    # What Python writes and reads, but no float, int or UTF-8 text is.
    *(float("nan"), float("inf"), 10**400, 10**4299, "\ud800", "a\nb", "\x1b[2J"),
    *([], {}, [[]], {"a": 1}, [0] * 1000, "x" * 10_000),
)


def damaged(good: bytes, number: int) -> bytes:
    """Return the copy of this number: one to four changes, each of a random kind."""
    rng = np.random.default_rng((len(good), number))
    data = bytearray(good)
    for _ in range(rng.integers(1, 5)):
        _CHANGES[rng.integers(len(_CHANGES))](data, rng)
    return bytes(data)


def damaged_json(good: bytes, number: int) -> bytes:
    """Return a copy that is JSON still, with one to three fields changed, gone or added; of five one is not.

    That one is damaged as bytes, in another encoding, nested deep, or has a number that Python does not read.
    """
    rng = np.random.default_rng((len(good), number))
    if number % 5 == 4:
        kind = int(rng.integers(8))
        if kind > 3:
            return damaged(good, number)
        encoding = ("utf-16", "utf-8-sig", "utf-32-le", "cp500")[rng.integers(4)]
        return (
            good.decode().encode(encoding),
            good[:-2] + b"[" * 100_000,
            good.replace(b": 1", b": " + b"1" * 5000),
            good.replace(b": 1", b": 1e400"),
        )[kind]
    value = json.loads(good)
    for _ in range(rng.integers(1, 4)):
        _change_field(value, rng)
    return json.dumps(value).encode("utf-8", "surrogatepass")


# Names that would lead out of a folder, or mean something to another system.
_NAMES = (
    *("../evil", "/evil", "a/../../evil", "..\\evil", "C:\\evil", "evil/"),
    *(".", "", "x" * 300, "\x00", "\u202e"),
)


def damaged_zip(good: bytes, number: int) -> bytes:
    """Return a damaged zip; two of three are sound archives with a damaged, renamed, missing or duplicate member.

    A changed byte of the archive itself is found by a checksum before anything else is read.
    """
    if number % 3 == 2:
        return damaged(good, number)
    rng = np.random.default_rng((len(good), number))
    with zipfile.ZipFile(io.BytesIO(good)) as archive:
        members = [(name, archive.read(name)) for name in archive.namelist()]
    chosen = int(rng.integers(len(members)))
    name, content = members[chosen]
    kind = int(rng.integers(8))
    if kind == 0:
        members[chosen] = (_NAMES[rng.integers(len(_NAMES))], content)
    elif kind == 1:
        members.append((_NAMES[rng.integers(len(_NAMES))], content))
    elif kind == 2:
        del members[chosen]
    elif kind == 3:
        members.append((name, damaged(content, number)))
    else:
        change = damaged_json if name.endswith(".json") else damaged
        members[chosen] = (name, change(content, number))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a name that is there twice
        return zipped(members, zipfile.ZIP_DEFLATED)


def zipped(members: Iterable[tuple[str, bytes]], compression: int = zipfile.ZIP_STORED) -> bytes:
    """Return a .zip of (name, content), the same bytes each time."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in members:
            member = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            archive.writestr(member, content, compression)
    return out.getvalue()


# Of .npy headers: element types and shapes that no array has.
_DTYPES = (
    *("|u1", "|i1", "<f4", ">f4", "<f8", "|O", "<U9", "|V3"),
    *("|S0", "?", "<M8[s]", "u1,f4", "", "|u99"),
)
_SHAPES: tuple[Any, ...] = (
    *((), (0,), (96,), (-1,), (2**31,), (2**62, 4), (2**63,), (0, 2**62)),
    *((2, 4, 4, 3), (2, 4, 4, 4), (1,) * 32, (1,) * 2000, (0, 4, 4, 3)),
    *((2, 2**31 - 1, 2**31 - 1, 3), (1.5,), (True,), "x", None),
)


def damaged_npy(good: bytes, number: int) -> bytes:
    """Return a damaged .npy; one of two has a well-formed header with another element type or shape."""
    if number % 2:
        return damaged(good, number)
    rng = np.random.default_rng((len(good), number))
    end = 10 + int.from_bytes(good[8:10], "little")
    header: dict[str, Any] = {"descr": "|u1", "fortran_order": False, "shape": (2, 4, 4, 3)}
    for _ in range(rng.integers(1, 3)):
        kind = int(rng.integers(3))
        if kind == 0:
            header["descr"] = _DTYPES[rng.integers(len(_DTYPES))]
        elif kind == 1:
            header["shape"] = _SHAPES[rng.integers(len(_SHAPES))]
        else:
            header["fortran_order"] = [True, 1, "False", None][rng.integers(4)]
    # As NumPy writes it, so that readers that expect just that go on.
    text = "{" + "".join(f"'{key}': {value!r}, " for key, value in header.items()) + "}"
    text = text.ljust(-(-(10 + len(text) + 1) // 64) * 64 - 11) + "\n"
    return good[:8] + len(text).to_bytes(2, "little") + text.encode() + good[end:]


def _change_field(value: Any, rng: np.random.Generator) -> None:
    """Walk down a random path and change the value there."""
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
    """Put a nasty 32-bit number anywhere, aligned as files have them."""
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
