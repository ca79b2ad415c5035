"""Checks of a service, for the real one (service_test) and for faulty ones (service_red_test)."""

import contextlib
import json
import os
import signal
import socket
import time

import numpy as np
import pytest
from PIL import Image
from service_clients import Clients, image_file, run_all
from service_process import TIMEOUT_S, Service

_GROWTH_BYTES = 20_000_000
# Four bodies, 4 MB that one turn of the loop reads, and what changes while the files are counted.
_SPOOL_BYTES = 90_000_000
# The limit on a request is long enough for an honest client on an overloaded machine.
OPTIONS = ("--request-timeout=4",)

# A picture file, and the index of the class that it is answered with.
Photo = tuple[bytes, int]


def held_out_photo() -> Photo:
    """Return a held-out picture as PNG, and the class that the build's model answers."""
    pixels = np.load(os.environ["PI_IMAGES"], mmap_mode="r")[0]
    expected = int(np.load(os.environ["PI_EXPECTED_DIGITS_INT8"])[0].argmax())
    return image_file(Image.fromarray(pixels), "PNG"), expected


def mixed_clients(service: Service, photo: Photo, requests: int) -> None:
    """Check that clients of every kind get the right answers, and the service does not grow."""
    clients = Clients(service, *photo)
    clients.valid()
    first = time.monotonic() - service.started
    at_start = service.memory()
    # What the first of each kind brings in (decoders, buffers of the largest picture) is not growth.
    run_all(clients.mixture(40))
    warm = service.memory()
    run_all(clients.mixture(requests))
    grown = service.memory() - warm
    low, high = np.percentile(clients.times, (50, 99))
    print(
        f"{requests} requests, {len(clients.times)} valid answers: p50 {low:.1f} ms, p99 {high:.1f} ms;\n"
        f"{clients.busy} told to come again; start to first answer {first:.2f} s;\n"
        f"memory {at_start / 1e6:.1f} MB at the first answer, {warm / 1e6:.1f} MB warm, grown {grown / 1e6:.1f} MB, "
        f"peak {service.memory('VmHWM') / 1e6:.1f} MB"
    )
    assert len(clients.times) >= requests // 3
    assert grown < _GROWTH_BYTES, f"grown by {grown / 1e6:.0f} MB"
    clients.health()
    assert service.end() == 0
    assert "Traceback" not in service.log()


def sigterm_finishes_the_request_that_is_arriving(service: Service, photo: Photo) -> None:
    """Check that a request that began before SIGTERM is answered and the address is free afterwards."""
    data, expected = photo
    with socket.create_connection(("127.0.0.1", service.port), timeout=TIMEOUT_S) as client:
        head = f"POST /classify HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(data)}\r\n\r\n"
        client.sendall(head.encode() + data[:100])
        time.sleep(0.2)
        service.process.send_signal(signal.SIGTERM)
        time.sleep(1.5)  # more than two turns of the loop: it knows that it must end
        client.sendall(data[100:])
        answer = b"".join(iter(lambda: client.recv(4096), b""))
    assert answer.startswith(b"HTTP/1.1 200"), f"SIGTERM cut the answer short: {answer[:100]!r}"
    assert json.loads(answer.partition(b"\r\n\r\n")[2])["top"][0]["index"] == expected
    assert service.process.wait(TIMEOUT_S) == 0
    with pytest.raises(OSError):
        socket.create_connection(("127.0.0.1", service.port), timeout=1)


def slow_connections_are_bounded(service: Service, photo: Photo) -> None:
    """Check that 60 clients that each send 19.9 of 20 MB fill no more than the limit, and others are answered."""
    size, unsent = 20_000_000, 100_000
    head = f"POST /classify HTTP/1.1\r\nHost: localhost\r\nContent-Length: {size}\r\n\r\n"
    piece = bytes(1 << 20)
    left: dict[socket.socket, int] = {}
    peak, slowest = 0, 0.0
    with contextlib.ExitStack() as stack:
        for _ in range(60):
            client = socket.create_connection(("127.0.0.1", service.port))
            stack.enter_context(client)
            client.sendall(head.encode())
            client.setblocking(False)
            left[client] = size - unsent
        end = time.monotonic() + 3  # within --request-timeout
        while left and time.monotonic() < end:
            for client, bytes_left in list(left.items()):
                try:
                    left[client] -= client.send(piece[:bytes_left])
                except BlockingIOError:
                    continue
                except OSError:
                    del left[client]  # cut off
                    continue
                if not left[client]:
                    del left[client]
            peak = max(peak, service.temporary_bytes())
            begun = time.monotonic()
            status, answer = service.request("POST", "/classify?top=1", photo[0])
            assert (status, answer["top"][0]["index"]) == (200, photo[1]), answer
            slowest = max(slowest, time.monotonic() - begun)
    print(f"60 slow clients: temporary files {peak / 1e6:.0f} MB, slowest answer {slowest:.2f} s")
    assert slowest < 1, f"another client waited {slowest:.1f} s"
    assert peak < _SPOOL_BYTES, f"temporary files of {peak / 1e6:.0f} MB"


def lost_model_is_a_health_error(service: Service) -> None:
    """Check that /health names a missing model file."""
    [model] = service.cache.glob("runner*/models/digits_int8/model.tflite")
    model.unlink()
    status, answer = service.request("GET", "/health")
    assert status == 503, f"{status} instead of 503: {answer}"
    assert "model.tflite is lost" in answer["faults"][0], answer
