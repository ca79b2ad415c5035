"""Runs the application under waitress, whose one loop reads slow clients without holding a thread for them."""

import json
import logging
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

import waitress
from waitress import wasyncore

from pi_runner.failures import DeviceError
from pi_runner.service.limits import Limits
from pi_runner.service.notify import notify

_LOOP_S = 0.5
_SPARE_THREADS = 2  # so that /health is answered while every picture slot is taken
_IDLE_S = 60
_RECEIVED_BYTES = 1 << 16  # of a connection in one turn


def listen(host: str, port: int) -> socket.socket:
    """Return a bound socket; port 0 takes a free one. DeviceError says why an address cannot be had."""
    try:
        family, kind, proto, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        bound = socket.socket(family, kind, proto)
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(address)
    except (OSError, OverflowError) as error:
        raise DeviceError(f"cannot listen on {host} port {port}: {error}") from None
    return bound


class _Nowhere:
    """The buffer of a body that is read to its end and not kept."""

    def append(self, data: bytes) -> None:
        """Take a piece."""

    def close(self) -> None:
        """Free nothing."""

    def __len__(self) -> int:
        return 0


class _NoSpaceError:
    """What waitress answers a request whose body was not kept."""

    def to_response(self, ident: str | None) -> tuple[str, list[tuple[str, str]], bytes]:
        """Return status, headers and body."""
        headers = [("Content-Type", "application/json"), ("Retry-After", "1")]
        reason = "too many large pictures are on their way; try again later"
        return "503 Service Unavailable", headers, json.dumps({"error": reason}).encode() + b"\n"


class Server:
    """An HTTP server that ends slow requests and, when told to stop, finishes those it has.

    Args:
      app: WSGI application.
      bound: from listen().
      limits: bounds.
      alive: asked before systemd's watchdog is told that all is well.
    """

    def __init__(
        self,
        app: Callable[..., Any],
        bound: socket.socket,
        limits: Limits,
        alive: Callable[[], bool],
    ):
        logging.getLogger("waitress").setLevel(logging.ERROR)
        self._limits = limits
        self._alive = alive
        self._map: dict[int, Any] = {}
        self._stop = threading.Event()
        self._arriving: dict[object, float] = {}  # request parser -> when first seen incomplete
        self._server = waitress.create_server(
            app,
            map=self._map,
            sockets=[bound],
            threads=limits.concurrency + _SPARE_THREADS,
            # waitress counts its own two descriptors, too, and refuses a body of exactly the limit.
            connection_limit=limits.connections + 2,
            max_request_body_size=limits.body_bytes + 1,
            recv_bytes=_RECEIVED_BYTES,
            channel_timeout=_IDLE_S,
            cleanup_interval=5,
            ident=None,
            clear_untrusted_proxy_headers=True,
            log_socket_errors=False,
        )
        self.address = f"http://{self._server.effective_host}:{self._server.effective_port}"

    def stop(self, *_: object) -> None:
        """Ask run() to end; fit as a signal handler."""
        self._stop.set()

    def run(self) -> None:
        """Serve until SIGTERM, SIGINT or stop(); then finish running requests within the grace period."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self.stop)
        notify("READY=1")
        while not self._stop.is_set():
            self._turn()
            if self._alive():
                notify("WATCHDOG=1")
        notify("STOPPING=1")
        wasyncore.dispatcher.close(self._server)  # only the listening socket: the rest still works
        deadline = time.monotonic() + self._limits.grace_s
        while self._working() and time.monotonic() < deadline:
            self._turn()
        self._server.task_dispatcher.shutdown(timeout=1)
        wasyncore.close_all(self._map, ignore_all=True)

    def _turn(self) -> None:
        wasyncore.loop(timeout=_LOOP_S, map=self._map, count=1, use_poll=True)
        self._drop_largest_bodies()
        self._end_slow_requests()

    def _channels(self) -> list[Any]:
        return list(self._server.active_channels.values())

    def _working(self) -> bool:
        # Requests before buffers: a request leaves its list after its answer is in the buffer.
        return any(
            c.requests or c.request is not None or c.total_outbufs_len for c in self._channels()
        )

    def _end_slow_requests(self) -> None:
        """Close connections whose request has been arriving for too long, however steadily it drips."""
        now = time.monotonic()
        arriving = {}
        for channel in self._channels():
            # A fresh connection without a byte is in a request, too: it holds a place.
            key = channel.request or (
                channel if channel.last_activity == channel.creation_time else None
            )
            if key is None:
                continue
            arriving[key] = self._arriving.get(key, now)
            if now - arriving[key] > self._limits.request_s:
                channel.will_close = True
        self._arriving = arriving

    def _drop_largest_bodies(self) -> None:
        """Drop bodies that are arriving until all bodies keep to their limit.

        The largest go first, so that who sends a small picture is answered while others fill the space. The answer
        follows at the end of the request: few clients read before.
        """
        channels = self._channels()
        requests = [r for c in channels for r in (*c.requests, c.request) if r and not r.error]
        held = sum(request.body_bytes_received for request in requests)
        arriving = [c for c in channels if c.request and c.request.body_rcv and not c.request.error]
        arriving.sort(key=lambda channel: channel.request.body_bytes_received)
        while held > self._limits.spool_bytes and arriving:
            channel = arriving.pop()
            request = channel.request
            held -= request.body_bytes_received
            request.error = _NoSpaceError()
            request.body_rcv.getbuf().close()
            request.body_rcv.buf = _Nowhere()
            if request.chunked:  # its parser may keep as much itself
                channel.handle_close()


def announce(address: str, variant: str) -> None:
    """Say where the service listens, on standard error."""
    print(f"{variant} at {address}/ (Ctrl-C ends it)", file=sys.stderr, flush=True)
