"""worker: the codec against the protobuf library, and the protocol over real pipes, with real subcommands."""

import os
import subprocess
import sys
import threading

import numpy as np
import pytest
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
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


def _messages() -> tuple[type, type]:
    """(WorkRequest, WorkResponse) as the protobuf library builds them from their published definition."""
    field = descriptor_pb2.FieldDescriptorProto
    file = descriptor_pb2.FileDescriptorProto(name="worker.proto", syntax="proto3")

    def add(message, number, name, kind, repeated=False, type_name=None):
        label = field.LABEL_REPEATED if repeated else field.LABEL_OPTIONAL
        message.field.add(name=name, number=number, type=kind, label=label, type_name=type_name)

    entry = file.message_type.add(name="Input")
    add(entry, 1, "path", field.TYPE_STRING)
    add(entry, 2, "digest", field.TYPE_BYTES)
    request = file.message_type.add(name="WorkRequest")
    add(request, 1, "arguments", field.TYPE_STRING, repeated=True)
    add(request, 2, "inputs", field.TYPE_MESSAGE, repeated=True, type_name=".Input")
    add(request, 3, "request_id", field.TYPE_INT32)
    add(request, 4, "cancel", field.TYPE_BOOL)
    add(request, 5, "verbosity", field.TYPE_INT32)
    add(request, 6, "sandbox_dir", field.TYPE_STRING)
    add(request, 99, "of_a_newer_bazel", field.TYPE_DOUBLE)
    response = file.message_type.add(name="WorkResponse")
    add(response, 1, "exit_code", field.TYPE_INT32)
    add(response, 2, "output", field.TYPE_STRING)
    add(response, 3, "request_id", field.TYPE_INT32)
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return tuple(
        message_factory.GetMessageClass(pool.FindMessageTypeByName(name))
        for name in ("WorkRequest", "WorkResponse")
    )


WorkRequest, WorkResponse = _messages()


def _with_length(message: bytes) -> bytes:
    return worker_protocol._encode_varint(len(message)) + message


def _encode_request(arguments: list[str], number: int = 0) -> bytes:
    return _with_length(WorkRequest(arguments=arguments, request_id=number).SerializeToString())


def _decode_response(message: bytes) -> dict:
    response = WorkResponse.FromString(message)
    return {
        "exitCode": response.exit_code,
        "output": response.output,
        "requestId": response.request_id,
    }


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


@pytest.mark.parametrize("count", [0, 1, 300])
def test_decodes_what_protobuf_encodes(count):
    arguments = [f"--größe={number}" * number for number in range(count)]
    request = WorkRequest(
        arguments=arguments, request_id=count, cancel=count == 1, verbosity=7, of_a_newer_bazel=0.5
    )
    request.inputs.add(path="a/b", digest=b"\x80\xff")
    decoded = worker_protocol.decode_request(request.SerializeToString())
    assert decoded == worker_protocol.Request(tuple(arguments), count, count == 1)


@pytest.mark.parametrize("output", ["", "one line\n", "ü" * 200])
def test_protobuf_decodes_what_it_encodes(output):
    encoded = worker_protocol.encode_response(1, output, 300)
    length, start = worker_protocol._decode_varint(encoded, 0)
    assert len(encoded) == start + length
    response = WorkResponse.FromString(encoded[start:])
    assert (response.exit_code, response.output, response.request_id) == (1, output, 300)


def test_requests_arrive_in_any_pieces():
    sent = [WorkRequest(arguments=["x" * size], request_id=size) for size in (0, 1, 200)]
    stream = b"".join(_with_length(request.SerializeToString()) for request in sent)
    for size in (1, 2, 50, len(stream)):
        receive, send = os.pipe()

        def write(size=size, send=send):
            for start in range(0, len(stream), size):
                os.write(send, stream[start : start + size])
            os.close(send)

        writer = threading.Thread(target=write)
        writer.start()
        requests = worker_protocol.Requests(receive)
        assert [request.request_id for request in requests] == [0, 1, 200]
        assert requests.drained
        writer.join()
        os.close(receive)


def test_answers_before_the_next_request_is_sent():
    receive, send = os.pipe()
    os.write(send, _with_length(WorkRequest(arguments=["@x"]).SerializeToString()))
    assert next(iter(worker_protocol.Requests(receive))).arguments == ("@x",)
    os.close(send)
    os.close(receive)


def test_truncated_request_is_refused():
    message = WorkRequest(arguments=["abc"]).SerializeToString()
    with pytest.raises(ValueError, match="truncated"):
        worker_protocol.decode_request(message[:-1])
