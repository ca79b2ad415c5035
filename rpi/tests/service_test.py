"""The real service of the real file under clients of every kind: right answers, clear refusals, bounded memory."""

import concurrent.futures
import contextlib
import io
import json
import os
import random
import signal
import socket
import struct
import time

import numpy as np
import pytest
import service_process
from PIL import Image
from service_process import TIMEOUT_S

_REQUESTS = int(os.environ["PI_REQUESTS"])
_GROWTH_BYTES = 20_000_000
# Long enough for an honest client on an overloaded machine.
_SLOW_S = 4.0


@pytest.fixture
def service(tmp_path):
    with service_process.running(tmp_path, f"--request-timeout={_SLOW_S}") as made:
        yield made


def _file(image: Image.Image, kind: str) -> bytes:
    data = io.BytesIO()
    image.save(data, kind)
    return data.getvalue()


@pytest.fixture(scope="module")
def photo():
    """A held-out picture and the class that the build's model answers."""
    pixels = np.load(os.environ["PI_IMAGES"], mmap_mode="r")[0]
    expected = int(np.load(os.environ["PI_EXPECTED_DIGITS_INT8"])[0].argmax())
    return _file(Image.fromarray(pixels), "PNG"), expected


class Clients:
    """One client of each kind; each checks its own answer."""

    def __init__(self, service, photo):
        self._service = service
        self._photo, self._expected = photo
        rng = np.random.default_rng(0)
        large = Image.fromarray(rng.integers(0, 256, (300, 400, 3), np.uint8)).resize((4000, 3000))
        self._large = _file(large, "JPEG")
        self._huge = _file(Image.new("1", (10_000, 10_000)), "PNG")  # 100 megapixels in 15 kB
        self.times: list[float] = []
        self.busy = 0

    def _classify(self, body, query=""):
        """(status, answer, ms) of a client that comes again when told that the service is busy."""
        for _ in range(TIMEOUT_S * 10):
            begun = time.perf_counter()
            status, answer = self._service.request("POST", "/classify" + query, body)
            if status != 503:
                return status, answer, (time.perf_counter() - begun) * 1e3
            self.busy += 1
            time.sleep(0.1)
        raise AssertionError("the service was always busy")

    def _refused(self, body, status, reason):
        found, answer, _ = self._classify(body)
        assert found == status, answer
        assert reason in answer["error"]

    def valid(self):
        status, answer, ms = self._classify(self._photo, "?top=1")
        assert status == 200, answer
        assert answer["top"][0]["index"] == self._expected
        self.times.append(ms)

    def camera(self):
        status, answer, _ = self._classify(self._large)
        assert status == 200, answer

    def corrupt(self):
        self._refused(self._photo[: len(self._photo) // 2], 400, "truncated or corrupt")

    def no_image(self):
        self._refused(b"%PDF-1.7 certainly no picture", 415, "not an image")

    def empty(self):
        self._refused(b"", 400, "no body")

    def hundred_megapixels(self):
        self._refused(self._huge, 413, "100 megapixels")

    def hundred_megabytes(self):
        """Announces 100 MB and sends none: refused by its length alone."""
        with self._connect() as client:
            client.sendall(
                b"POST /classify HTTP/1.1\r\nHost: pi\r\nContent-Length: 100000000\r\n\r\n"
            )
            assert b" 413 " in client.recv(4096).split(b"\r\n")[0]

    def slow(self):
        """Drips a request that would take a minute: cut off at the limit."""
        with self._connect() as client:
            begun = time.monotonic()
            client.sendall(b"POST /classify HTTP/1.1\r\nHost: pi\r\nContent-Length: 600\r\n\r\n")
            with contextlib.suppress(OSError):
                while time.monotonic() - begun < TIMEOUT_S:
                    client.sendall(b"x")
                    time.sleep(0.1)
            assert time.monotonic() - begun < TIMEOUT_S / 2

    def aborted(self):
        """Goes away in the middle of a body, with a reset."""
        with self._connect() as client:
            client.sendall(
                b"POST /classify HTTP/1.1\r\nHost: pi\r\nContent-Length: 5000\r\n\r\nxxxx"
            )
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    def impatient(self):
        """Sends a whole request and does not wait for the answer."""
        with self._connect() as client:
            head = (
                f"POST /classify HTTP/1.1\r\nHost: pi\r\nContent-Length: {len(self._photo)}\r\n\r\n"
            )
            client.sendall(head.encode() + self._photo)

    def garbage(self):
        with self._connect() as client:
            client.sendall(b"\x16\x03\x01 this is no HTTP\r\n\r\n")
            assert b" 400 " in client.recv(4096).split(b"\r\n")[0]

    def health(self):
        status, answer = self._service.request("GET", "/health")
        assert (status, answer["status"]) == (200, "ok")

    def _connect(self):
        return socket.create_connection(("127.0.0.1", self._service.port), timeout=TIMEOUT_S)

    def mixture(self, count: int) -> list:
        """`count` calls in a random order that is always the same: half valid, slow ones rare."""
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


def _all(calls: list) -> None:
    with concurrent.futures.ThreadPoolExecutor(6) as pool:
        for done in [pool.submit(call) for call in calls]:
            done.result()


def test_mixed_clients(service, photo):
    clients = Clients(service, photo)
    clients.valid()
    first = time.monotonic() - service.started
    at_start = service.memory()
    # What the first of each kind brings in (decoders, buffers of the largest picture) is not growth.
    _all(clients.mixture(40))
    warm = service.memory()
    _all(clients.mixture(_REQUESTS))
    grown = service.memory() - warm
    low, high = np.percentile(clients.times, (50, 99))
    print(
        f"{_REQUESTS} requests, {len(clients.times)} valid answers: p50 {low:.1f} ms, p99 {high:.1f} ms;\n"
        f"{clients.busy} told to come again; start to first answer {first:.2f} s;\n"
        f"memory {at_start / 1e6:.1f} MB at the first answer, {warm / 1e6:.1f} MB warm, grown {grown / 1e6:.1f} MB, "
        f"peak {service.memory('VmHWM') / 1e6:.1f} MB"
    )
    assert len(clients.times) >= _REQUESTS // 3
    assert grown < _GROWTH_BYTES
    clients.health()
    assert service.end() == 0
    assert "Traceback" not in service.log()


def test_sigterm_finishes_the_request_that_is_arriving(service, photo):
    data, expected = photo
    with socket.create_connection(("127.0.0.1", service.port), timeout=TIMEOUT_S) as client:
        head = f"POST /classify HTTP/1.1\r\nHost: pi\r\nContent-Length: {len(data)}\r\n\r\n"
        client.sendall(head.encode() + data[:100])
        time.sleep(0.2)
        service.process.send_signal(signal.SIGTERM)
        time.sleep(0.3)
        client.sendall(data[100:])
        answer = b"".join(iter(lambda: client.recv(4096), b""))
    assert answer.startswith(b"HTTP/1.1 200")
    assert json.loads(answer.partition(b"\r\n\r\n")[2])["top"][0]["index"] == expected
    assert service.process.wait(TIMEOUT_S) == 0
    with pytest.raises(OSError):
        socket.create_connection(("127.0.0.1", service.port), timeout=1)


def test_sigterm_does_not_wait_for_ever(tmp_path):
    with (
        service_process.running(tmp_path, "--grace=0.5", "--request-timeout=30") as service,
        socket.create_connection(("127.0.0.1", service.port)) as client,
    ):
        client.sendall(b"POST /classify HTTP/1.1\r\nHost: pi\r\nContent-Length: 100\r\n\r\n")
        time.sleep(0.2)
        assert service.end() == 0


def test_health_answers_while_every_place_is_taken(tmp_path):
    noise = np.random.default_rng(1).integers(0, 256, (2000, 3000, 3), np.uint8)
    large = _file(Image.fromarray(noise), "PNG")
    with (
        service_process.running(tmp_path, f"--request-timeout={TIMEOUT_S}") as service,
        concurrent.futures.ThreadPoolExecutor(8) as pool,
    ):
        sent = [pool.submit(service.request, "POST", "/classify", large) for _ in range(8)]
        while not all(answer.done() for answer in sent):
            status, state = service.request("GET", "/health")
            assert (status, state["status"]) == (200, "ok")
        statuses = {answer.result()[0] for answer in sent}
        assert 200 in statuses and statuses <= {200, 503}
        assert service.end() == 0


def test_lost_model_is_a_health_error(service, tmp_path):
    models = list(tmp_path.glob("runner*/models/digits_int8/model.tflite"))
    assert len(models) == 1
    models[0].unlink()
    status, answer = service.request("GET", "/health")
    assert status == 503
    assert "model.tflite is lost" in answer["faults"][0]


def test_page(service):
    status, page = service.request("GET", "/")
    assert status == 200 and "<canvas" in page
    assert service.request("GET", "/page.js")[0] == 200
