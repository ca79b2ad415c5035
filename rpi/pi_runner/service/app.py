"""The WSGI application: routes, and errors as JSON with a reason."""

import importlib.resources
import json
import re
from collections.abc import Callable, Iterable
from typing import Any

from model_press.formats.errors import UserError
from model_press.images.decode import NotAnImageError
from werkzeug.exceptions import (
    BadRequest,
    HTTPException,
    RequestEntityTooLarge,
    ServiceUnavailable,
    UnsupportedMediaType,
)
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

from pi_runner.failures import BundleError, TooLargeError
from pi_runner.service.access import Access
from pi_runner.service.engine import BusyError, Engine

_STATIC = {
    "/": ("page.html", "text/html; charset=utf-8"),
    "/page.css": ("page.css", "text/css; charset=utf-8"),
    "/page.js": ("page.js", "text/javascript; charset=utf-8"),
}
_HEADERS = {
    "Cache-Control": "no-store",
    # The page loads nothing from elsewhere, and is in nobody's frame. blob: is the preview of a dropped picture.
    "Content-Security-Policy": "default-src 'self'; img-src 'self' blob:; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
}
_EVERYBODY = Access()  # of this machine
_MAX_TOP = 1000
_RETRY_AFTER_S = 1


def _json(value: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    text = json.dumps(value, ensure_ascii=False) + "\n"
    return Response(text, status, headers, mimetype="application/json")


class App:
    """GET / (page), GET /health, POST /classify?top=N&variant=NAME with an image as body or form file."""

    def __init__(self, engine: Engine, access: Access = _EVERYBODY):
        self._engine = engine
        self._access = access
        folder = importlib.resources.files("pi_runner.service") / "static"
        self._static = {
            path: ((folder / name).read_bytes(), kind) for path, (name, kind) in _STATIC.items()
        }
        self._routes = Map(
            [Rule(path, endpoint="static", methods=["GET"]) for path in _STATIC]
            + [
                Rule("/health", endpoint="health", methods=["GET"]),
                Rule("/classify", endpoint="classify", methods=["POST"]),
            ]
        )

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        request = Request(environ)
        response = self._answer(request)
        response.headers.update(_HEADERS)
        body: Iterable[bytes] = response(environ, start_response)
        return body

    def _answer(self, request: Request) -> Response:
        try:
            self._access.check_site(request)
            endpoint, _ = self._routes.bind_to_environ(request.environ).match()
            if endpoint != "static":
                self._access.check_token(request)
            return getattr(self, endpoint)(request)
        except HTTPException as error:
            return self._error(error)

    def _error(self, error: HTTPException) -> Response:
        kept = ("Allow", "Retry-After", "WWW-Authenticate")
        headers = {k: v for k, v in error.get_headers() if k in kept}
        return _json({"error": error.description}, error.code or 500, headers)

    def static(self, request: Request) -> Response:
        """Serve the page and its files."""
        data, kind = self._static[request.path]
        return Response(data, content_type=kind)

    def health(self, request: Request) -> Response:
        """Return 200 if all is well, 503 with the reasons if not."""
        state = self._engine.health()
        return _json(state, 200 if state["status"] == "ok" else 503)

    def classify(self, request: Request) -> Response:
        """Return the answer to one picture."""
        top = request.args.get("top", "3")
        # Few digits: Python makes no number of thousands of them.
        if not re.fullmatch("[0-9]{1,4}", top) or not 1 <= int(top) <= _MAX_TOP:
            raise BadRequest(f"top is '{top:.20}', expected a number from 1 to {_MAX_TOP}")
        body, name = _picture(request)
        try:
            return _json(self._engine.classify(body, name, request.args.get("variant"), int(top)))
        except BusyError as error:
            raise ServiceUnavailable(str(error), retry_after=_RETRY_AFTER_S) from None
        except BundleError as error:
            raise ServiceUnavailable(str(error)) from None
        except TooLargeError as error:
            raise RequestEntityTooLarge(str(error)) from None
        except NotAnImageError as error:
            raise UnsupportedMediaType(str(error)) from None
        except UserError as error:
            raise BadRequest(str(error)) from None


def _picture(request: Request) -> tuple[bytes, str]:
    """Return the uploaded bytes and their name in errors."""
    if request.mimetype == "multipart/form-data":
        file = next(iter(request.files.values()), None)
        if file is None:
            raise BadRequest(
                "the form has no file; send one, for example: curl -F image=@photo.jpg"
            )
        body, name = file.read(), (file.filename or "upload")[:100]
    else:
        body, name = request.get_data(cache=False), "upload"
    if not body:
        raise BadRequest(
            "the request has no body; send an image, for example: curl --data-binary @photo.jpg"
        )
    return body, name
