"""Tells systemd that the service is ready, alive or stopping (sd_notify(3): a datagram to NOTIFY_SOCKET)."""

import os
import socket


def notify(state: str) -> None:
    """Send one state such as "READY=1"; do nothing without systemd."""
    address = os.environ.get("NOTIFY_SOCKET")
    if not address:
        return
    # A leading @ stands for the zero byte of an abstract socket.
    target = "\0" + address[1:] if address.startswith("@") else address
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sender:
        try:
            sender.sendto(state.encode(), target)
        except OSError:
            return  # systemd went away; the service need not
