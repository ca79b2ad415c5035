"""Clients of a service: right ones and wrong ones of every kind."""

import concurrent.futures
import contextlib
import io
import random
import socket
import struct
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from PIL import Image
from service_process import TIMEOUT_S, Service


def image_file(image: Image.Image, kind: str) -> bytes:
    """Return the bytes of an image file."""
    data = io.BytesIO()
    image.save(data, kind)
    return data.getvalue()


class Clients:
    """One client of each kind; each checks its own answer.

    Args:
      service: the running service.
      photo: a picture file.
      expected: index of the class that it is answered with.
    """

    def __init__(self, service: Service, photo: bytes, expected: int):
        self._service = service
        self._photo, self._expected = photo, expected
        rng = np.random.default_rng(0)
        large = Image.fromarray(rng.integers(0, 256, (300, 400, 3), np.uint8)).resize((4000, 3000))
        self._large = image_file(large, "JPEG")
        self._huge = image_file(Image.new("1", (10_000, 10_000)), "PNG")  # 100 megapixels in 15 kB
        self.times: list[float] = []
        self.busy = 0

    def _classify(self, body: bytes, query: str = "") -> tuple[int, Any, float]:
        """Return (status, answer, ms) of a client that retries while the service is busy."""
        for _ in range(TIMEOUT_S * 10):
            begun = time.perf_counter()
            status, answer = self._service.request("POST", "/classify" + query, body)
            if status != 503:
                return status, answer, (time.perf_counter() - begun) * 1e3
            self.busy += 1
            time.sleep(0.1)
        raise AssertionError("the service was always busy")

    def _refused(self, body: bytes, status: int, reason: str) -> None:
        found, answer, _ = self._classify(body)
        assert found == status, f"{found} instead of {status}: {answer}"
        assert reason in answer["error"], answer

    def valid(self) -> None:
        status, answer, ms = self._classify(self._photo, "?top=1")
        assert status == 200, answer
        assert answer["top"][0]["index"] == self._expected, f"wrong class: {answer}"
        self.times.append(ms)

    def camera(self) -> None:
        status, answer, _ = self._classify(self._large)
        assert status == 200, answer

    def corrupt(self) -> None:
        self._refused(self._photo[: len(self._photo) // 2], 400, "truncated or corrupt")

    def no_image(self) -> None:
        self._refused(b"%PDF-1.7 certainly no picture", 415, "not an image")

    def empty(self) -> None:
        self._refused(b"", 400, "no body")

    def hundred_megapixels(self) -> None:
        self._refused(self._huge, 413, "100 megapixels")

    def hundred_megabytes(self) -> None:
        """Announce 100 MB and send none: refused by its length alone."""
        with self._connect() as client:
            client.sendall(
                b"POST /classify HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000000\r\n\r\n"
            )
            line = client.recv(4096).split(b"\r\n")[0]
            assert b" 413 " in line, f"no 413: {line!r}"

    def slow(self) -> None:
        """Drip a request that would take a minute: cut off at the limit."""
        with self._connect() as client:
            begun = time.monotonic()
            client.sendall(
                b"POST /classify HTTP/1.1\r\nHost: localhost\r\nContent-Length: 600\r\n\r\n"
            )
            with contextlib.suppress(OSError):
                while time.monotonic() - begun < TIMEOUT_S:
                    client.sendall(b"x")
                    time.sleep(0.1)
            assert time.monotonic() - begun < TIMEOUT_S / 2, "a slow request was not ended"

    def aborted(self) -> None:
        """Disconnect in the middle of a body, with a reset."""
        with self._connect() as client:
            client.sendall(
                b"POST /classify HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5000\r\n\r\nxxxx"
            )
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    def impatient(self) -> None:
        """Send a whole request without waiting for the answer."""
        with self._connect() as client:
            head = f"POST /classify HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(self._photo)}\r\n\r\n"
            client.sendall(head.encode() + self._photo)

    def garbage(self) -> None:
        with self._connect() as client:
            client.sendall(b"\x16\x03\x01 this is not HTTP\r\n\r\n")
            line = client.recv(4096).split(b"\r\n")[0]
            assert b" 400 " in line, f"no 400: {line!r}"

    def health(self) -> None:
        status, answer = self._service.request("GET", "/health")
        assert (status, answer["status"]) == (200, "ok"), answer

    def _connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self._service.port), timeout=TIMEOUT_S)

    def mixture(self, count: int) -> list[Callable[[], None]]:
        """Return `count` calls in a fixed random order: half valid, slow ones rare."""
        weights = {
            self.valid: 10,
            self.camera: 1,
            self.corrupt: 2,
            self.no_image: 2,
            self.empty: 1,
            self.hundred_megapixels: 1,
            self.hundred_megabytes: 1,
            self.slow: 0.5,
            self.aborted: 1,
            self.impatient: 1,
            self.garbage: 1,
            self.health: 1,
        }
        every = list(weights)
        rest = random.Random(0).choices(every, list(weights.values()), k=count - len(every))
        return every + rest


def run_all(calls: list[Callable[[], None]]) -> None:
    """Run the calls, six at a time; raise the first exception."""
    with concurrent.futures.ThreadPoolExecutor(6) as pool:
        for done in [pool.submit(call) for call in calls]:
            done.result()
