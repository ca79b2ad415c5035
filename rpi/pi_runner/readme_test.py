"""The README's JSON is that of the program: the same fields, of the same types."""

import json
import pathlib
import re

import pytest
from werkzeug.test import Client

from pi_runner import cli, conditions
from pi_runner.bundle import Bundle
from pi_runner.service.app import App
from pi_runner.service.engine import Engine
from pi_runner.service.limits import Limits

pytest_plugins = ["pi_runner.testing"]

_README = pathlib.Path("rpi/README.md")


def _shape(value):
    """Fields and types of a JSON value; a list is of one shape, a number is a number."""
    if isinstance(value, dict):
        return {name: _shape(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_shape(value[0])] if value else []
    return float if type(value) in (int, float) else type(value)


@pytest.fixture(scope="module")
def documented():
    """Name above each JSON block of the README -> its value."""
    found = re.findall(r"^`([^`]+)`:\n\n```json\n(.*?)```", _README.read_text(), re.M | re.S)
    return {name: json.loads(text) for name, text in found}


def test_every_block_is_checked(documented):
    assert set(documented) == {
        "classify --json",
        "POST /classify",
        "GET /health",
        "error",
        "conditions.json",
    }


def test_classify(documented, models, photo, capsys):
    cli.main(["classify", "--json", "--raw", photo], models)
    answer = json.loads(capsys.readouterr().out)
    assert _shape(answer) == _shape(documented["classify --json"])


def test_service(documented, models, photo):
    client = Client(App(Engine(Bundle(models), None, 1, Limits())))
    data = pathlib.Path(photo).read_bytes()
    answer = client.post("/classify", data=data).json
    assert _shape(answer) == _shape(documented["POST /classify"])
    assert _shape(client.get("/health").json) == _shape(documented["GET /health"])
    assert _shape(client.post("/classify").json) == _shape(documented["error"])


def test_conditions(documented):
    sample = documented["conditions.json"]
    assert set(sample) == {"before", "after"}
    fields = set(conditions.Conditions.__dataclass_fields__)
    assert set(sample["before"]) == set(sample["after"]) == fields
