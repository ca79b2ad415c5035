"""The limits of the service for one client, and for all of them together."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Limits:
    """Bounds that keep a small machine answering.

    body_bytes: largest request body.
    megapixels: largest picture, in millions of pixels.
    concurrency: classifications in progress or waiting; one more is told to come again.
    connections: open connections.
    request_s: seconds that a client may take to send a request, and that a request may wait for its turn.
    grace_s: seconds that running requests get after SIGTERM.
    """

    body_bytes: int = 20_000_000
    megapixels: float = 24.0
    concurrency: int = 4
    connections: int = 64
    request_s: float = 15.0
    grace_s: float = 10.0

    @property
    def spool_bytes(self) -> int:
        """Most bytes of all bodies together, whole or still arriving: a full one for each picture in work."""
        return self.concurrency * self.body_bytes
