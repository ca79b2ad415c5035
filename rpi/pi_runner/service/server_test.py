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
