"""The control plane's client: JSON over HTTP, with nothing but the standard library."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlencode
from urllib.request import ProxyHandler, Request, build_opener

from emu.testing.errors import TestingError, hidden

__tracebackhide__ = hidden
TIMEOUT_S = 60.0
_SHOWN_BYTES_MAX = 500
_OPENER = build_opener(ProxyHandler({}))


class ControlError(TestingError):
    """emu could not do what it was asked for.

    status: the HTTP status, 0 if nothing answered. sentence: what the server says. field: the member of the request
    that is at fault. answer: the whole answer.
    """

    def __init__(self, status: int, sentence: str, answer: Mapping[str, Any] | None = None) -> None:
        super().__init__(sentence)
        self.status = status
        self.sentence = sentence
        self.answer = dict(answer or {})
        self.field: str | None = self.answer.get("field")


class Control:
    """Calls of ``/kumo/*`` on one server."""

    def __init__(self, endpoint_url: str) -> None:
        self._endpoint_url = endpoint_url

    def get(self, path: str, **parameters: Any) -> dict[str, Any]:
        """The JSON answer of a GET; parameters that are None are left out."""
        return _object(self._call("GET", _with_parameters(path, parameters)))

    def lines(self, path: str, **parameters: Any) -> Iterator[dict[str, Any]]:
        """The objects of an answer of JSON lines."""
        for line in self._call("GET", _with_parameters(path, parameters)).splitlines():
            if line.strip():
                yield _object(line)

    def post(self, path: str, body: Mapping[str, Any] | None = None, *, timeout_s: float = TIMEOUT_S) -> dict[str, Any]:
        return _object(self._call("POST", path, json.dumps(body or {}).encode(), timeout_s))

    def delete(self, path: str) -> dict[str, Any]:
        return _object(self._call("DELETE", path))

    def _call(self, method: str, path: str, data: bytes | None = None, timeout_s: float = TIMEOUT_S) -> bytes:
        headers = {} if data is None else {"Content-Type": "application/json"}
        request = Request(self._endpoint_url + path, data, headers, method=method)
        try:
            with _OPENER.open(request, timeout=timeout_s) as response:
                content: bytes = response.read()
                return content
        except HTTPError as error:
            with error:
                raise _refusal(method, path, error.code, error.read()) from None
        except (URLError, HTTPException, OSError) as error:
            reason = getattr(error, "reason", error)
            raise ControlError(0, f"{method} {path}: emu does not answer at {self._endpoint_url}: {reason}") from None


class KeptControl(Control):
    """The same over one connection that stays open: for one thread, with little to do and often."""

    def __init__(self, host: str, port: int) -> None:
        super().__init__(f"http://{host}:{port}")
        self._connection = HTTPConnection(host, port, timeout=TIMEOUT_S)

    def close(self) -> None:
        self._connection.close()

    def _call(self, method: str, path: str, data: bytes | None = None, timeout_s: float = TIMEOUT_S) -> bytes:
        headers = {} if data is None else {"Content-Type": "application/json"}
        try:
            self._connection.request(method, path, data, headers)
            response = self._connection.getresponse()
            content = response.read()
        except (HTTPException, OSError):  # most likely the server has been another one since
            self.close()
            return super()._call(method, path, data, timeout_s)
        if response.status >= HTTPStatus.BAD_REQUEST:
            raise _refusal(method, path, response.status, content)
        return content


def segment(name: str) -> str:
    """A name as one segment of a path."""
    return quote(name, safe="")


def _with_parameters(path: str, parameters: Mapping[str, Any]) -> str:
    given = {name: value for name, value in parameters.items() if value is not None}
    return f"{path}?{urlencode(given)}" if given else path


def _object(content: bytes) -> dict[str, Any]:
    try:
        value = json.loads(content)
    except ValueError:
        value = None
    if not isinstance(value, dict):
        shown = content[:_SHOWN_BYTES_MAX].decode(errors="replace")
        raise ControlError(200, f"What answers is not emu: {shown!r} is no JSON object.")
    return value


def _refusal(method: str, path: str, status: int, content: bytes) -> ControlError:
    try:
        answer = json.loads(content)
        sentence = str(answer["error"])
    except (ValueError, KeyError, TypeError):
        answer, sentence = None, content[:_SHOWN_BYTES_MAX].decode(errors="replace")
    return ControlError(status, f"{method} {path} was answered with {status}: {sentence}", answer)
