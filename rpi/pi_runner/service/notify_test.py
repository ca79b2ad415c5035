"""systemd hears what the service says."""

import socket

from pi_runner.service.notify import notify


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
