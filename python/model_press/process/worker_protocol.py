"""The wire format of Bazel's persistent workers: protocol buffers, each after its length.

Written by hand: the two messages need forty lines, and a generated module would tie the worker's start to a protobuf
version. The JSON format is not a choice, since Bazel 4 takes it only with an option that Bazel 7 refuses.
"""

import dataclasses
import os
from collections.abc import Iterator

_READ_BYTES = 1 << 16

_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
# Field numbers of WorkRequest and WorkResponse.
_ARGUMENTS, _REQUEST_ID, _CANCEL = 1, 3, 4
_EXIT_CODE, _OUTPUT, _RESPONSE_ID = 1, 2, 3


@dataclasses.dataclass(frozen=True)
class Request:
    """A request from Bazel, with the action's own arguments, e.g. ("@x.params",); the answer has its id.

    cancel: Bazel no longer wants the answer to the request of this id.
    """

    arguments: tuple[str, ...] = ()
    request_id: int = 0
    cancel: bool = False


class Requests:
    """Iterates over the requests of a file descriptor until it closes; a request cut off there is dropped."""

    def __init__(self, descriptor: int):
        self._descriptor = descriptor
        self._data = b""

    @property
    def drained(self) -> bool:
        """True if no byte of a further request has been read yet."""
        return not self._data

    def __iter__(self) -> Iterator[Request]:
        while True:
            message = self._take()
            if message is not None:
                yield decode_request(message)
                continue
            # os.read returns what there is; a buffered reader would wait for more.
            data = os.read(self._descriptor, _READ_BYTES)
            if not data:
                return
            self._data += data

    def _take(self) -> bytes | None:
        """Return the next whole message, or None while bytes of it are missing."""
        try:
            length, start = _decode_varint(self._data, 0)
        except IndexError:
            return None
        if len(self._data) < start + length:
            return None
        message = self._data[start : start + length]
        self._data = self._data[start + length :]
        return message


def decode_request(message: bytes) -> Request:
    """Decode one WorkRequest; ValueError if it is none. Fields that a newer Bazel adds are skipped."""
    arguments: list[str] = []
    request_id, cancel = 0, False
    position = 0
    while position < len(message):
        try:
            tag, position = _decode_varint(message, position)
            number, kind = tag >> 3, tag & 7
            if kind == _BYTES:
                length, position = _decode_varint(message, position)
                value = message[position : position + length]
                position += length
            elif kind == _VARINT:
                value, position = _decode_varint(message, position)
            elif kind in (_FIXED64, _FIXED32):
                value = None
                position += 8 if kind == _FIXED64 else 4
            else:
                raise ValueError(f"worker request: unknown wire type {kind}")
        except IndexError:
            raise ValueError("worker request: truncated") from None
        if position > len(message):
            raise ValueError("worker request: truncated")
        if number == _ARGUMENTS:
            arguments.append(value.decode())
        elif number == _REQUEST_ID:
            request_id = value
        elif number == _CANCEL:
            cancel = bool(value)
    return Request(tuple(arguments), request_id, cancel)


def encode_response(exit_code: int, output: str, request_id: int) -> bytes:
    """Encode one WorkResponse with its length before it; `exit_code` and `request_id` are not negative."""
    text = output.encode()
    message = b"".join(
        [
            _encode_varint(_EXIT_CODE << 3 | _VARINT) + _encode_varint(exit_code),
            _encode_varint(_OUTPUT << 3 | _BYTES) + _encode_varint(len(text)) + text,
            _encode_varint(_RESPONSE_ID << 3 | _VARINT) + _encode_varint(request_id),
        ]
    )
    return _encode_varint(len(message)) + message


def _decode_varint(data: bytes, position: int) -> tuple[int, int]:
    """Return (value, position behind it); IndexError where the bytes end first."""
    value = shift = 0
    while True:
        byte = data[position]
        position += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, position
        shift += 7


def _encode_varint(value: int) -> bytes:
    encoded = bytearray()
    while value > 0x7F:
        encoded.append(value & 0x7F | 0x80)
        value >>= 7
    encoded.append(value)
    return bytes(encoded)
