"""Routes, answers and errors of the service, without a socket."""

import errno
import io
import threading

import pytest
from PIL import Image
from werkzeug.test import Client

from pi_runner import testing
from pi_runner.bundle import Bundle
from pi_runner.service import engine as engine_lib
from pi_runner.service.app import App
from pi_runner.service.limits import Limits

pytest_plugins = ["pi_runner.testing"]


@pytest.fixture
def engine(models):
    return engine_lib.Engine(Bundle(models), None, 1, Limits(body_bytes=1_000_000, request_s=0.3))


@pytest.fixture
def client(engine):
    return Client(App(engine))


_PHOTO = testing.encoded(testing.picture(120, 90), "JPEG")


def test_body_and_form_give_the_same(client):
    body = client.post("/classify?top=2", data=_PHOTO)
    form = client.post("/classify?top=2", data={"image": (io.BytesIO(_PHOTO), "a.jpg")})
    assert body.status_code == form.status_code == 200
    assert body.json["top"] == form.json["top"] and len(body.json["top"]) == 2
    assert (body.json["photo"], form.json["photo"]) == ("upload", "a.jpg")


@pytest.mark.parametrize(
    ("query", "data", "status", "reason"),
    [
        ("", b"", 400, "no body"),
        ("", b"plain text", 415, "not an image"),
        ("", _PHOTO[:2000], 400, "truncated or corrupt"),
        ("", testing.encoded(Image.new("L", (6000, 5000))), 413, "30 megapixels; at most 24"),
        ("?top=0", _PHOTO, 400, "top is '0'"),
        ("?top=many", _PHOTO, 400, "top is 'many'"),
        ("?top=" + "9" * 5000, _PHOTO, 400, "top is '99999999999999999999', expected a number"),
        ("?variant=fp64", _PHOTO, 400, "'fp64' is not in this runner"),
    ],
)
def test_wrong_requests(client, query, data, status, reason):
    answer = client.post("/classify" + query, data=data)
    assert answer.status_code == status
    assert reason in answer.json["error"]
    assert client.post("/classify", data=_PHOTO).status_code == 200


def test_form_without_file(client):
    answer = client.post("/classify", data={"note": "x"}, content_type="multipart/form-data")
    assert (answer.status_code, "no file" in answer.json["error"]) == (400, True)


def test_wrong_method_and_path(client):
    assert client.get("/classify").status_code == 405
    assert client.get("/classify").headers["Allow"] == "POST"
    assert client.get("/../etc/passwd").status_code == 404


def test_page_loads_only_itself(client):
    page = client.get("/")
    assert page.status_code == 200 and page.mimetype == "text/html"
    for name in ("page.css", "page.js"):
        assert name in page.text
        assert client.get("/" + name).status_code == 200
    assert "default-src 'self'" in page.headers["Content-Security-Policy"]


def test_busy(engine, client):
    slow = threading.Thread(target=engine._lock.acquire)
    slow.start()
    slow.join()
    answer = client.post("/classify", data=_PHOTO)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
    assert "no turn within 0.3 s" in answer.json["error"]
    engine._lock.release()
    for _ in range(Limits.concurrency):
        engine._slots.acquire()
    assert "already waiting" in client.post("/classify", data=_PHOTO).json["error"]


def test_health(client):
    client.post("/classify", data=_PHOTO)
    state = client.get("/health")
    assert state.status_code == 200
    assert (state.json["status"], state.json["answered"]) == ("ok", 1)
    assert state.json["latency_ms"]["p99"] >= state.json["latency_ms"]["p50"] > 0


def test_figures_of_each_variant(tmp_path):
    names = ("digits_int8", "digits_macs30_int8")
    works = engine_lib.Engine(
        Bundle(testing.make_bundle(tmp_path / "two", names)), None, 1, Limits()
    )
    both = Client(App(works))
    first = both.get("/health").json["variants"]
    assert [(v["name"], v["short_name"], v["loaded"]) for v in first] == [
        ("digits_int8", "int8", True),
        ("digits_macs30_int8", "macs30_int8", False),
    ]
    assert first[0]["bytes"] == (tmp_path / "two/digits_int8/model.tflite").stat().st_size
    answer = both.post("/classify?variant=macs30_int8", data=_PHOTO).json
    assert answer["variant"] == "digits_macs30_int8"
    second = both.get("/health").json["variants"]
    assert [v["loaded"] for v in second] == [True, True]
    assert (second[0]["invoke_ms"]["p50"], second[1]["invoke_ms"]["p50"] > 0) == (0.0, True)
    # A variant that was loaded later is watched, too.
    (tmp_path / "two/digits_macs30_int8/model.tflite").unlink()
    assert "digits_macs30_int8/model.tflite is lost" in both.get("/health").json["faults"][0]


def test_stuck_work_ends_life(engine, client, monkeypatch):
    """A picture in work for over a minute: health says so, and the watchdog is not fed (server_test)."""
    engine._busy_since = engine_lib.time.monotonic() - 59
    assert not engine.stalled()
    engine._busy_since -= 3
    assert engine.stalled()
    state = client.get("/health")
    assert (state.status_code, state.json["faults"]) == (
        503,
        ["a picture has been in work for over a minute"],
    )


def test_lost_model_file(engine, client, tmp_path):
    (tmp_path / "models/digits_int8/model.tflite").unlink()
    state = client.get("/health")
    assert state.status_code == 503
    assert "model.tflite is lost" in state.json["faults"][0]


def test_full_disk(client, monkeypatch):
    real = engine_lib.os.statvfs

    def full(path):
        state = real(path)
        return type(state)([*state[:4], 0, *state[5:]])

    monkeypatch.setattr(engine_lib.os, "statvfs", full)
    state = client.get("/health")
    assert state.status_code == 503
    assert "no space left" in state.json["faults"][0]

    def lost(path):
        raise OSError(errno.ENOENT, "No such file or directory")

    monkeypatch.setattr(engine_lib.os, "statvfs", lost)
    assert "is lost" in client.get("/health").json["faults"][0]
