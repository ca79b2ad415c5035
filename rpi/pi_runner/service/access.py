"""Who may use the service: who calls it by a name of its own, is no other site's page, and knows its token.

A browser sends what any web page asks for to this machine, too. A page of another site has its own Origin; one that
had its own name point here (DNS rebinding) has that name as Host.
"""

import dataclasses
import hmac
import ipaddress
import re
import socket
from collections.abc import Iterable, Mapping

from model_press.formats.errors import UserError
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import Forbidden, Unauthorized
from werkzeug.wrappers import Request

_VARIABLE = "MODEL_PRESS_TOKEN"
_TOKEN = re.compile(r"[A-Za-z0-9._~+/=-]{16,}")  # what RFC 6750 lets a header carry
_AUTHORITY = re.compile(r"(?:\[([0-9a-f:.]+)\]|([^:\[\]]+))(?::[0-9]*)?")


@dataclasses.dataclass(frozen=True)
class Access:
    """The rules of one service.

    hosts: names that requests may call this machine, beside its own and its addresses. token: the secret that they must
    carry; empty for none.
    """

    hosts: frozenset[str] = frozenset()
    token: str = ""

    def check_site(self, request: Request) -> None:
        """Refuse a request that was meant for another site or comes from one."""
        host = request.headers.get("Host", "").lower()
        name = _name(host)
        if not (_is_address(name) or name in self.hosts or name in _own_names()):
            raise Forbidden(
                f"the request is for host '{name:.100}', which is no name of this service; "
                "use its address, or start it with --allow-host NAME"
            )
        origin = request.headers.get("Origin")
        if origin is None:
            return
        site = origin.lower().partition("://")[2]
        if site != host and _name(site) not in self.hosts:
            raise Forbidden(
                f"the request comes from a page of '{origin:.100}'; only the service's own page may send any"
            )

    def check_token(self, request: Request) -> None:
        """Refuse a request without the token."""
        sent = request.headers.get("Authorization", "")
        expected = f"Bearer {self.token}"
        if self.token and not hmac.compare_digest(sent.encode(), expected.encode()):
            raise Unauthorized(
                "the service's token is missing or wrong; send the header `Authorization: Bearer TOKEN`, "
                "or open the page with #TOKEN behind its address",
                www_authenticate=WWWAuthenticate("bearer", {"realm": "model_press"}),
            )


def make(hosts: Iterable[str], environ: Mapping[str, str]) -> Access:
    """Return the rules of a command line and an environment; UserError if the token is none."""
    token = environ.get(_VARIABLE, "")
    if token and not _TOKEN.fullmatch(token):
        raise UserError(
            f"{_VARIABLE} has {len(token)} characters, expected at least 16, of letters, digits and ._~+/=-; "
            "make one by: openssl rand -hex 16"
        )
    return Access(frozenset(host.lower() for host in hosts), token)


def check_reach(bound: socket.socket, access: Access) -> None:
    """Raise UserError if other machines reach the socket and no token keeps them out."""
    address = bound.getsockname()[0]
    if not access.token and not ipaddress.ip_address(address).is_loopback:
        raise UserError(
            f"--host {address} lets other machines in, and {_VARIABLE} is not set; "
            "expected a secret in it, made by: openssl rand -hex 16"
        )


def _name(authority: str) -> str:
    """Return the host of HOST[:PORT]; empty if it is not of that form."""
    found = _AUTHORITY.fullmatch(authority)
    return (found[1] or found[2]).removesuffix(".") if found else ""


def _is_address(name: str) -> bool:
    """Return whether it is an IP address: nobody can have that point elsewhere."""
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _own_names() -> set[str]:
    full = socket.gethostname().lower()
    short = full.partition(".")[0]
    return {"localhost", full, short, short + ".local"} - {""}
