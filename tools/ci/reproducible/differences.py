"""Where two versions of one file differ, by entry of an archive, field of a JSON file or element of an array."""

import functools
import gzip
import io
import json
import lzma
import stat
import tarfile
import zipfile
from collections.abc import Callable, Iterator, Mapping

import numpy as np


def differences(name: str, first: bytes, second: bytes) -> Iterator[str]:
    """Yield one line `place: how` for each place where two files differ; empty for equal ones.

    Args:
      name: of the file, with which places begin; an archive's entries follow behind "!", and what an archive says of
        an entry (its date, its mode, that it is there) behind a further "@". Lines of a text follow behind ":".
      first: what the first build wrote.
      second: what the second build wrote.
    """
    if first == second:
        return
    for compare in _KINDS:
        try:
            found = list(compare(name, first, second))
        except _OTHER_KIND:
            continue
        yield from found or [f"{name}@packing: the same entries, {_bytes(first, second)}"]
        return
    yield f"{name}: {_bytes(first, second)}"


# Not both files are of the kind that a function compares.
_OTHER_KIND = (
    EOFError,
    OSError,
    ValueError,
    lzma.LZMAError,
    tarfile.TarError,
    zipfile.BadZipFile,
)


def _bytes(first: bytes, second: bytes) -> str:
    if len(first) != len(second):
        return f"{len(first)} and {len(second)} bytes"
    one, other = (np.frombuffer(content, np.uint8) for content in (first, second))
    at = np.flatnonzero(one != other)
    return f"{len(at)} of {len(first)} bytes, the first at {at[0]}"


# Archives: entry -> (properties, content).
_Entries = Mapping[str, tuple[Mapping[str, object], bytes]]


def _archives(
    read: Callable[[bytes], _Entries], name: str, first: bytes, second: bytes
) -> Iterator[str]:
    one, other = read(first), read(second)
    for entry in one.keys() - other.keys():
        yield f"{name}!{entry}@presence: in the first only"
    for entry in other.keys() - one.keys():
        yield f"{name}!{entry}@presence: in the second only"
    if one.keys() == other.keys() and list(one) != list(other):
        yield f"{name}@order: the same entries in another order"
    for entry in one:
        if entry not in other:
            continue
        (properties, content), (other_properties, other_content) = one[entry], other[entry]
        for key, value in properties.items():
            if value != other_properties[key]:
                yield f"{name}!{entry}@{key}: {value} and {other_properties[key]}"
        yield from differences(f"{name}!{entry}", content, other_content)


def _read_zip(content: bytes) -> _Entries:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {
            entry.filename: (
                {
                    "date": "{}-{:02}-{:02} {:02}:{:02}:{:02}".format(*entry.date_time),
                    "mode": oct(entry.external_attr >> 16),
                    "compression": entry.compress_type,
                    "extra": entry.extra.hex(),
                },
                archive.read(entry),
            )
            for entry in archive.infolist()
        }


def _read_tar(content: bytes) -> _Entries:
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        return {
            entry.name: (
                {
                    "date": entry.mtime,
                    "mode": stat.filemode(entry.mode),
                    "owner": f"{entry.uid}:{entry.gid} {entry.uname}:{entry.gname}",
                    "type": entry.type,
                    "link": entry.linkname,
                },
                archive.extractfile(entry).read() if entry.isreg() else b"",
            )
            for entry in archive
        }


_DEBIAN = b"!<arch>\n"


def _read_debian(content: bytes) -> _Entries:
    """Return the members of an ar archive, such as a .deb: a header of 60 bytes, then the content, at even places."""
    if not content.startswith(_DEBIAN):
        raise ValueError("no ar archive")
    members = {}
    place = len(_DEBIAN)
    while place + 60 <= len(content):
        header = content[place : place + 60].decode("ascii", "replace")
        size = int(header[48:58])
        properties = {"date": header[16:28].strip(), "mode": header[40:48].strip()}
        members[header[:16].strip()] = properties, content[place + 60 : place + 60 + size]
        place += 60 + size + size % 2
    return members


def _compressed(name: str, first: bytes, second: bytes) -> Iterator[str]:
    one, other = gzip.decompress(first), gzip.decompress(second)
    if first[4:8] != second[4:8]:
        dates = (int.from_bytes(content[4:8], "little") for content in (first, second))
        yield "{}@date: {} and {}".format(name, *dates)
    yield from differences(f"{name}!", one, other)


def _array(name: str, first: bytes, second: bytes) -> Iterator[str]:
    one, other = (np.load(io.BytesIO(content), allow_pickle=False) for content in (first, second))
    if one.shape != other.shape or one.dtype != other.dtype:
        yield f"{name}: {one.dtype}{list(one.shape)} and {other.dtype}{list(other.shape)}"
        return
    far = np.abs(one.astype(np.float64) - other.astype(np.float64))
    yield f"{name}: {np.count_nonzero(far)} of {far.size} elements, by at most {far.max():.6g}"


def _json(name: str, first: bytes, second: bytes) -> Iterator[str]:
    one, other = json.loads(first), json.loads(second)
    if not isinstance(one, (dict, list)) or not isinstance(other, (dict, list)):
        raise ValueError("a word of text")
    yield from (f"{name}: {what}" for what in _values("", one, other))


def _values(path: str, one: object, other: object) -> Iterator[str]:
    if isinstance(one, dict) and isinstance(other, dict):
        for key in [*one, *(key for key in other if key not in one)]:
            yield from _values(f"{path}.{key}", one.get(key), other.get(key))
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for index, (left, right) in enumerate(zip(one, other, strict=True)):
            yield from _values(f"{path}[{index}]", left, right)
    elif one != other:
        yield f"{path or '.'} {str(one):.60} and {str(other):.60}"


def _text(name: str, first: bytes, second: bytes) -> Iterator[str]:
    if b"\0" in first + second:
        raise ValueError("no text")
    one, other = (content.decode("utf-8").splitlines() for content in (first, second))
    if len(one) != len(other):
        yield f"{name}: {len(one)} and {len(other)} lines"
    for number, (left, right) in enumerate(zip(one, other, strict=False), 1):
        if left != right:
            yield f"{name}:{number}: {left.strip():.60} and {right.strip():.60}"


_KINDS: list[Callable[[str, bytes, bytes], Iterator[str]]] = [
    *(functools.partial(_archives, read) for read in (_read_zip, _read_debian, _read_tar)),
    _compressed,
    _array,
    _json,
    _text,
]
