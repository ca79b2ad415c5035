"""worker: the protocol over real pipes, with real subcommands."""

import os
import subprocess
import sys

import numpy as np
import pytest
from testing import programs

from model_press.formats.errors import ExitCode
from model_press.images import image_set_program
from model_press.process import worker, worker_protocol

_SERVE = """
import sys
from model_press.images import image_set_program
from model_press.process import command_line, worker
run = lambda request, say: command_line.run(request, say, image_set_program.COMMAND)
sys.exit(worker.serve(run, int(sys.argv[1])))
"""


def _encode_request(arguments: list[str], number: int = 0) -> bytes:
    varint = worker_protocol._encode_varint
    fields = b"".join(
        varint(1 << 3 | 2) + varint(len(data)) + data for data in map(str.encode, arguments)
    )
    message = fields + varint(3 << 3) + varint(number)
    return varint(len(message)) + message


def _decode_response(message: bytes) -> dict:
    varint = worker_protocol._decode_varint
    _, position = varint(message, 0)
    code, position = varint(message, position)
    _, position = varint(message, position)
    length, position = varint(message, position)
    output = message[position : position + length].decode()
    _, position = varint(message, position + length)
    return {"exitCode": code, "output": output, "requestId": varint(message, position)[0]}


class _Client:
    def __init__(self, max_resident_bytes: int = worker.MAX_RESIDENT_BYTES):
        self.process = subprocess.Popen(
            [sys.executable, "-c", _SERVE, str(max_resident_bytes)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={"PYTHONPATH": ":".join(filter(None, sys.path))},
        )

    def send(self, data: bytes) -> None:
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def answer(self) -> dict:
        data = b""
        while not data or data[-1] >= 0x80:  # the length before a message
            data += self.process.stdout.read(1)
        length, _ = worker_protocol._decode_varint(data, 0)
        return _decode_response(self.process.stdout.read(length))

    def ask(self, arguments: list[str], number: int = 0) -> dict:
        self.send(_encode_request(arguments, number))
        return self.answer()

    def close(self) -> int:
        self.process.stdin.close()
        code = self.process.wait(60)
        self.process.stdout.close()
        return code


@pytest.fixture
def client():
    value = _Client()
    yield value
    assert value.close() == 0


def _request(tmp_path, name: str, pixels: np.ndarray) -> list[str]:
    np.save(tmp_path / f"{name}.npy", pixels)
    return [
        f"--label=//m:{name}",
        f"--images={tmp_path}/{name}.npy",
        f"--out-images={tmp_path}/{name}.images.npy",
        f"--out-classes={tmp_path}/{name}.classes.npy",
    ]


def test_answers_and_errors_do_not_end_the_worker(client, tmp_path):
    ramp = np.linspace(0, 255, 16, dtype=np.uint8).reshape(1, 4, 4, 1)
    good = np.concatenate([ramp, 255 - ramp]).repeat(3, axis=3)
    assert client.ask(_request(tmp_path, "ä", good), 7) == {
        "exitCode": 0,
        "output": "",
        "requestId": 7,
    }
    bad = client.ask(_request(tmp_path, "b", good[:0]))
    assert bad["exitCode"] == 1
    assert bad["output"].startswith("ERROR //m:b: ") and bad["output"].count("\n") == 1
    assert client.ask(["--bogus"])["exitCode"] == ExitCode.USAGE
    assert client.ask(["--help"])["exitCode"] == ExitCode.OK
    assert client.ask(_request(tmp_path, "c", good))["exitCode"] == 0


def test_two_requests_at_once_are_answered_in_order(client, tmp_path):
    pixels = np.zeros((1, 2, 2, 3), np.uint8)
    first, second = (
        _encode_request(_request(tmp_path, name, pixels), i) for i, name in enumerate("ef")
    )
    client.send(first + second[:5])
    assert client.answer()["requestId"] == 0
    client.send(second[5:])
    assert client.answer()["requestId"] == 1


def test_worker_and_plain_run_give_the_same_bytes(client, tmp_path):
    pixels = np.random.default_rng(0).integers(0, 256, (3, 5, 5, 3)).astype(np.uint8)
    assert client.ask(_request(tmp_path, "w", pixels))["exitCode"] == 0
    assert programs.call(_request(tmp_path, "p", pixels), image_set_program.COMMAND) == 0
    assert (tmp_path / "w.images.npy").read_bytes() == (tmp_path / "p.images.npy").read_bytes()


def test_a_grown_worker_replaces_itself_and_goes_on(tmp_path):
    client = _Client(max_resident_bytes=1)
    for number in range(3):
        request = _request(tmp_path, f"r{number}", np.zeros((1, 2, 2, 3), np.uint8))
        assert client.ask(request, number)["requestId"] == number
    assert client.close() == 0


def test_stray_prints_do_not_reach_the_protocol(capfd):
    def noisy(argv, say):
        os.write(1, b"native print\n")
        print("python print")
        say("line")
        return 0

    with worker._protected_stdout() as answers:
        worker.answer(worker_protocol.Request(), noisy, answers)
    out, err = capfd.readouterr()
    assert _decode_response(out.encode()[1:]) == {"exitCode": 0, "output": "line\n", "requestId": 0}
    assert "native print" in err
