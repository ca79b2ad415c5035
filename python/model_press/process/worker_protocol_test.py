"""Compares the hand-written codec with the protobuf library, given the messages of Bazel's worker protocol."""

import os
import threading

import pytest
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

from model_press.process import worker_protocol


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
