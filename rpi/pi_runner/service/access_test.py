"""Other sites' pages, machines without the token and names that are not the service's are refused."""

import io
import socket

import pytest
from werkzeug.test import Client

from pi_runner import cli, testing
from pi_runner.bundle import Bundle
from pi_runner.service import access, server
from pi_runner.service.app import App
from pi_runner.service.engine import Engine
from pi_runner.service.limits import Limits

pytest_plugins = ["pi_runner.testing"]

_PHOTO = testing.encoded(testing.picture(120, 90), "JPEG")
_TOKEN = "0123456789abcdef"


def _client(models, rules=None):
    app = App(Engine(Bundle(models), None, 1, Limits()), rules or access.Access())
    return Client(app)


def _statuses(client, headers):
    """What page, health, a picture and a form with one are answered."""
    form = {"image": (io.BytesIO(_PHOTO), "a.jpg")}
    return [
        client.get("/", headers=headers).status_code,
        client.get("/health", headers=headers).status_code,
        client.post("/classify", data=_PHOTO, headers=headers).status_code,
        client.post("/classify", data=form, headers=headers).status_code,
    ]


def test_hosts(models, monkeypatch):
    monkeypatch.setattr(socket, "gethostname", lambda: "Pi.lan")
    client = _client(models, access.Access(frozenset({"proxy.example"})))
    for host in (
        *(
            "localhost",
            "localhost:8080",
            "LOCALHOST.",
            "127.0.0.1:8080",
            "192.168.1.5",
            "[::1]:8080",
        ),
        *("pi", "pi.lan:8080", "pi.local", "proxy.example"),
    ):
        assert _statuses(client, {"Host": host}) == [200] * 4, host
    for host in (
        *(
            "attacker.example",
            "attacker.example:8080",
            "localhost.attacker.example",
            "127.0.0.1.example",
        ),
        *(
            "",
            "[::1",
            "localhost, attacker.example",
            "localhost@attacker.example",
            "pi:x",
            ".local",
        ),
    ):
        assert _statuses(client, {"Host": host}) == [403] * 4, host


def test_an_unnamed_machine_has_no_empty_name(models, monkeypatch):
    monkeypatch.setattr(socket, "gethostname", lambda: "")
    assert _statuses(_client(models), {"Host": ""}) == [403] * 4


def test_origins(models):
    client = _client(models, access.Access(frozenset({"proxy.example"})))
    host = {"Host": "localhost:8080"}
    for origin in ("http://localhost:8080", "https://proxy.example"):
        assert _statuses(client, {**host, "Origin": origin}) == [200] * 4, origin
    for origin in (
        *("http://attacker.example", "http://localhost", "http://localhost:3000", "null", ""),
        *("http://localhost:8080@attacker.example", "http://127.0.0.1:8080", "http://[::1"),
    ):
        assert _statuses(client, {**host, "Origin": origin}) == [403] * 4, origin
    refused = client.post("/classify", data=_PHOTO, headers={"Origin": "http://attacker.example"})
    assert "a page of 'http://attacker.example'" in refused.json["error"]


def test_token(models):
    client = _client(models, access.Access(token=_TOKEN))
    assert _statuses(client, {"Authorization": f"Bearer {_TOKEN}"}) == [200] * 4
    for wrong in (
        "",
        "Bearer ",
        f"Bearer {_TOKEN[:-1]}",
        f"Bearer {_TOKEN}0",
        _TOKEN,
        "Bearer \xfc",
    ):
        # The page itself holds nothing, and can say what is missing.
        assert _statuses(client, {"Authorization": wrong}) == [200, 401, 401, 401], wrong
    refused = client.get("/health")
    assert refused.headers["WWW-Authenticate"].lower().startswith("bearer")
    assert "Authorization: Bearer TOKEN" in refused.json["error"]
    # Another site's page does not get in with it, either.
    headers = {"Authorization": f"Bearer {_TOKEN}", "Origin": "http://attacker.example"}
    assert _statuses(client, headers) == [403] * 4


@pytest.mark.parametrize("token", ["short", "with a space in it", "0123456789abcdef\n"])
def test_a_token_that_is_none(models, monkeypatch, capsys, token):
    monkeypatch.setenv("MODEL_PRESS_TOKEN", token)
    assert cli.main(["serve", "--port=0"], models) == 1
    error = capsys.readouterr().err
    assert error.startswith(f"ERROR MODEL_PRESS_TOKEN has {len(token)} characters, expected")
    assert error.count("\n") == 1 and token not in error


@pytest.mark.parametrize("host", ["0.0.0.0", "::"])
def test_other_machines_need_a_token(models, monkeypatch, capsys, host):
    monkeypatch.delenv("MODEL_PRESS_TOKEN", raising=False)
    assert cli.main(["serve", "--port=0", f"--host={host}"], models) == 1
    error = capsys.readouterr().err
    assert error.startswith(f"ERROR --host {host} lets other machines in, and MODEL_PRESS_TOKEN")
    assert error.count("\n") == 1


@pytest.mark.parametrize(
    ("host", "token"), [("0.0.0.0", _TOKEN), ("127.0.0.1", ""), ("localhost", "")]
)
def test_reach(host, token):
    with server.listen(host, 0) as bound:
        access.check_reach(bound, access.make([], {"MODEL_PRESS_TOKEN": token}))
