"""The real service of the real file under clients of every kind: right answers, clear refusals, bounded memory."""

import concurrent.futures
import http.client
import os
import socket
import time

import numpy as np
import pytest
import service_checks
import service_process
from PIL import Image
from service_clients import image_file
from service_process import TIMEOUT_S

_REQUESTS = int(os.environ["PI_REQUESTS"])


@pytest.fixture
def service(tmp_path):
    with service_process.running(tmp_path, *service_checks.OPTIONS) as made:
        yield made


@pytest.fixture(scope="module")
def photo():
    return service_checks.held_out_photo()


def test_mixed_clients(service, photo):
    service_checks.mixed_clients(service, photo, _REQUESTS)


def test_slow_connections_are_bounded(service, photo):
    service_checks.slow_connections_are_bounded(service, photo)
    service_checks.mixed_clients(service, photo, 20)


def test_sigterm_finishes_the_request_that_is_arriving(service, photo):
    service_checks.sigterm_finishes_the_request_that_is_arriving(service, photo)


def test_sigterm_does_not_wait_for_ever(tmp_path):
    with (
        service_process.running(tmp_path, "--grace=0.5", "--request-timeout=30") as service,
        socket.create_connection(("127.0.0.1", service.port)) as client,
    ):
        client.sendall(b"POST /classify HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n")
        time.sleep(0.2)
        assert service.end() == 0


def test_health_answers_while_every_place_is_taken(tmp_path):
    noise = np.random.default_rng(1).integers(0, 256, (2000, 3000, 3), np.uint8)
    large = image_file(Image.fromarray(noise), "PNG")
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


def test_lost_model_is_a_health_error(service):
    service_checks.lost_model_is_a_health_error(service)


def test_full_disk(tmp_path, photo):
    """Its temporary folder is a file system of 1 MB: health says so, small pictures are answered, and it goes on."""
    folder = tmp_path / "tmp"
    folder.mkdir()
    script = f'mount -t tmpfs -o size=1m tmpfs {folder}; TMPDIR={folder} exec "$@"'
    before = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-ec", script, "sh"]
    with service_process.running(tmp_path, before=before) as service:
        for _ in range(2):
            status, state = service.request("GET", "/health")
            assert (status, state["status"]) == (503, "failing")
            assert f"no space left in {folder}: 1.0 MB free" in state["faults"][0]
            status, answer = service.request("POST", "/classify", photo[0])
            assert (status, answer["top"][0]["index"]) == (200, photo[1])
            # A body that memory does not hold finds no place: cut off, and only it.
            with pytest.raises((ConnectionError, http.client.HTTPException)):
                service.request("POST", "/classify", bytes(3_000_000))
        assert service.end() == 0


def test_page(service):
    status, page = service.request("GET", "/")
    assert status == 200 and "<canvas" in page
    assert service.request("GET", "/page.js")[0] == 200
