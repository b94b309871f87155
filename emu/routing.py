"""Whose request is it: which service, which protocol, which namespace.

In this order, the first that says something: the service in the signature's scope, the ``X-Amz-Target`` header, the
Query protocol's ``Action``, a virtual host, and then S3, which takes any path.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal
from urllib.parse import unquote

from emu.wire.model import load
from services.operation import Service

Protocol = Literal["json", "query", "rest-xml"]

_TARGETS = {"DynamoDB_20120810": "dynamodb", "AmazonSQS": "sqs"}
_QUERY_VERSIONS = {"2012-11-05": "sqs", "2011-06-15": "sts"}
_QUERY_SERVICES = ("sqs", "sts")
_XML_SERVICES = frozenset({"cloudfront", "route53"})
"""Not served, but their clients read nothing but XML, refusals too."""
_FORM = "application/x-www-form-urlencoded"
_ACTION = re.compile(r"(?:^|&)Action=([^&]*)")
_VERSION = re.compile(r"(?:^|&)Version=([^&]*)")


@dataclass(frozen=True, slots=True)
class Scope:
    """A signature's scope: ``Credential=ACCESS_KEY/DATE/REGION/SERVICE/aws4_request``."""

    access_key: str
    region: str
    service: str


@dataclass(frozen=True, slots=True)
class Route:
    """Where a request goes. ``service`` may be one that isn't served; ``bucket`` is a virtual host's."""

    service: str
    protocol: Protocol
    account: str
    region: str
    access_key: str | None
    bucket: str | None = None


@lru_cache(maxsize=4096)
def _scope(credential: str) -> Scope | None:
    parts = credential.rsplit("/", 4)
    if len(parts) != 5:
        return None
    return Scope(access_key=parts[0], region=parts[2], service=parts[3].lower())


def scope_of(headers: Mapping[str, str], query: str) -> Scope | None:
    """The scope of a request's signature, in its header or (presigned) in its query; None for an unsigned request."""
    authorization = headers.get("authorization", "")
    start = authorization.find("Credential=")
    if start >= 0:
        end = authorization.find(",", start)
        return _scope(authorization[start + 11 : end if end >= 0 else None].strip())
    match = re.search(r"(?:^|&)X-Amz-Credential=([^&]*)", query) if "X-Amz-Credential=" in query else None
    return _scope(unquote(match[1])) if match else None


class Router:
    """Routes by request line and headers alone, except that an unsigned Query call may need its body."""

    def __init__(
        self,
        services: Mapping[str, Service],
        home: tuple[str, str],
        *,
        single_namespace: bool,
        virtual_host: Callable[[str], str | None],
    ) -> None:
        self._services = services
        self._home = home
        self._single = single_namespace
        self._virtual_host = virtual_host

    def route(self, headers: Mapping[str, str], query: str, body: bytes | None = None) -> Route | None:
        """The route, or None where the body is needed to tell (and wasn't given)."""
        scope = scope_of(headers, query)
        account, region, access_key = self._namespace(scope)
        target = headers.get("x-amz-target", "")
        form = headers.get("content-type", "").startswith(_FORM)
        if scope is not None:
            service = scope.service
        elif target:
            service = _TARGETS.get(target.partition(".")[0], target.partition(".")[0])
        elif _ACTION.search(query):
            service = self._query_service(query)
        elif form:
            if body is None:
                return None
            text = body.decode("utf-8", "replace")
            service = self._query_service(text) if _ACTION.search(text) else "s3"
        else:
            service = "s3"
        if service == "s3":
            bucket = self._virtual_host(headers.get("host", ""))
            return Route("s3", "rest-xml", account, region, access_key, bucket)
        if service in _XML_SERVICES:
            return Route(service, "rest-xml", account, region, access_key)
        # What isn't signed and names no target has said an Action.
        json = bool(target) or not (form or scope is None or service in _QUERY_SERVICES)
        return Route(service, "json" if json else "query", account, region, access_key)

    def _namespace(self, scope: Scope | None) -> tuple[str, str, str | None]:
        account, region = self._home
        if scope is None:
            return account, region, None
        key = scope.access_key
        if not self._single:
            region = scope.region or region
            if len(key) == 12 and key.isascii() and key.isdigit():
                account = key
        return account, region, key

    def _query_service(self, parameters: str) -> str:
        """The service of an unsigned Query call: its version says it, else the one that has the action. SQS refuses
        what nobody has: who writes Query calls by hand means a queue."""
        version = _VERSION.search(parameters)
        if version and version[1] in _QUERY_VERSIONS:
            return _QUERY_VERSIONS[version[1]]
        action = _ACTION.search(parameters)
        name = action[1] if action else ""
        for service in _QUERY_SERVICES:
            if name in self._services[service].operations:
                return service
        if version:
            return "query"
        return next((service for service in _QUERY_SERVICES if name in load(service).operations), "sqs")
