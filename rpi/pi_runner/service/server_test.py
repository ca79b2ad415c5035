"""systemd hears what the service says, and its watchdog hears of life only while there is some."""

import signal
import socket
import threading
import time

import pytest

from pi_runner.service import server
from pi_runner.service.limits import Limits
from pi_runner.service.notify import notify


@pytest.fixture
def restored_signals():
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def test_watchdog(tmp_path, monkeypatch, restored_signals):
    monkeypatch.chdir(tmp_path)  # a socket's path is short
    well = threading.Event()
    well.set()
    heard = []
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind("notify")
        systemd.settimeout(20)
        monkeypatch.setenv("NOTIFY_SOCKET", "notify")
        bound = server.listen("127.0.0.1", 0)
        serving = server.Server(lambda *_: [], bound, Limits(), well.is_set)

        def listen():
            while heard.count("WATCHDOG=1") < 2:
                heard.append(systemd.recv(100).decode())
            well.clear()
            time.sleep(0.2)  # a turn that had asked before
            systemd.setblocking(False)
            while True:
                try:
                    systemd.recv(100)
                except BlockingIOError:
                    break
            time.sleep(3 * server._LOOP_S)  # turns without life
            serving.stop()

        listener = threading.Thread(target=listen)
        listener.start()
        serving.run()
        listener.join()
        systemd.setblocking(False)
        last = systemd.recv(100)
        with pytest.raises(BlockingIOError):
            systemd.recv(100)
    assert heard[0] == "READY=1"
    assert last == b"STOPPING=1"


def test_slow_bodies_share_their_space(restored_signals):
    """However many clients send bodies that never end, these stay within their limit, and a small one is answered."""
    limits = Limits(body_bytes=1_000_000, concurrency=2, request_s=60, grace_s=0.1)
    bound = server.listen("127.0.0.1", 0)

    def echo(environ, start_response):
        start_response("200 OK", [])
        return [environ["wsgi.input"].read()]

    serving = server.Server(echo, bound, limits, lambda: True)
    port = bound.getsockname()[1]
    head = "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: {}\r\nConnection: close\r\n\r\n"
    slow, ends, peaks, answers, seconds = [], [], [], [], []

    def attack():
        try:
            for _ in range(40):
                slow.append(socket.create_connection(("127.0.0.1", port)))
                slow[-1].sendall(head.format(1_000_000).encode())
            for _ in range(9):
                for client in slow:
                    client.sendall(bytes(100_000))
                begun = time.monotonic()
                with socket.create_connection(("127.0.0.1", port)) as honest:
                    honest.sendall(head.format(5).encode() + b"small")
                    answers.append(b"".join(iter(lambda: honest.recv(1000), b""))[-5:])
                seconds.append(time.monotonic() - begun)
                peaks.append(sum(len(held.body_rcv) for held in arriving()))
            for client in slow:
                client.sendall(bytes(100_000))
                ends.append(client.recv(100)[9:12])
        finally:
            serving.stop()

    def arriving():
        requests = [channel.request for channel in list(serving._server.active_channels.values())]
        return [request for request in requests if request and request.body_rcv]

    attacker = threading.Thread(target=attack)
    attacker.start()
    serving.run()
    attacker.join()
    for client in slow:
        client.close()
    assert answers == [b"small"] * 9
    assert ends.count(b"503") >= 36 and ends.count(b"200") >= 1
    assert max(seconds) < 1
    one_turn = limits.connections * server._RECEIVED_BYTES
    assert 500_000 < max(peaks) <= limits.spool_bytes + one_turn
    assert max(peaks) < 20_000_000  # of 36 MB


def test_port_taken():
    first = server.listen("127.0.0.1", 0)
    first.listen()
    port = first.getsockname()[1]
    with pytest.raises(server.DeviceError, match=f"cannot listen on 127.0.0.1 port {port}: "):
        server.listen("127.0.0.1", port)
    first.close()


def test_datagram(tmp_path, monkeypatch):
    # A socket's path may have 107 characters, and a test's folder may be deep.
    monkeypatch.chdir(tmp_path)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as receiver:
        receiver.bind("notify")
        monkeypatch.setenv("NOTIFY_SOCKET", "notify")
        notify("READY=1")
        assert receiver.recv(100) == b"READY=1"


def test_without_systemd(monkeypatch):
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    notify("READY=1")
    monkeypatch.setenv("NOTIFY_SOCKET", "gone")
    notify("READY=1")
