"""One request's way: identify → decode → operate → durable → encode.

What the client sees when something fails is decided here and nowhere else: a service's refusal becomes the protocol's
error document, a crash becomes InternalError with the traceback in the log, a store that can't write becomes
ServiceUnavailable.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, MutableMapping
from inspect import isawaitable
from typing import Any

from emu import body, log
from emu.clock.http_date import HttpDate
from emu.disconnection import unless_disconnected
from emu.errors import INTERNAL_ERROR, MESSAGE_TOO_LARGE, NOT_IMPLEMENTED, SERVICE_UNAVAILABLE, UNKNOWN_SERVICE
from emu.faults.connection import send_cut
from emu.hints import add_hint
from emu.history.reads import record_read
from emu.presigned import check_expiry
from emu.routing import Route, Router
from emu.wire.codecs import Codec, codec
from emu.wire.message import Request, Response, Slice
from emu.world import World
from services.context import Context
from services.errors import ServiceError
from services.ids import hexadecimal, uuid4
from services.operation import Operation
from storage.errors import StorageUnavailable

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

_CONTROL = ("/kumo/", "/_localstack/")
_SLICE_BYTES = 1024 * 1024


class Gateway:
    """The ASGI application. ``control`` answers what isn't AWS: ``/health`` and ``/kumo/*``."""

    def __init__(self, world: World, router: Router, control: App) -> None:
        self._world = world
        self._router = router
        self._control = control
        self._served = ", ".join(service.title for service in world.services.values())
        self._date = HttpDate(world.clock)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = time.perf_counter_ns()
        headers = _headers(scope["headers"])
        request = Request(
            method=scope["method"],
            raw_path=scope["raw_path"].decode("latin-1"),
            query=scope["query_string"].decode("latin-1"),
            headers=headers,
        )
        # Only a POST has a form that names an action; any other body is an object's and stays a stream.
        route = self._router.route(headers, request.query, None if request.method == "POST" else b"")
        if _is_control(request.raw_path, route):
            self._world.settle()
            await self._control(scope, receive, self._dated(send))
            return
        if "expect" in headers:
            receive = invited = body.Invited(receive)
        else:
            invited = None
        form_read, unreadable = route is None, None
        try:
            if route is None:
                try:
                    request.body = await body.whole(receive, headers, MESSAGE_TOO_LARGE)
                except ServiceError as error:
                    unreadable = error  # S3 says so: whatever names no action goes to it
                route = self._router.route(headers, request.query, request.body) or _unroutable()
            if route.bucket is not None:
                request.raw_path = f"/{route.bucket}{request.raw_path}"
            request_id = self._request_id(route.service)
            if unreadable is not None:
                response = self._codec(route).error(unreadable, request, request_id)
            else:
                response = await self._answer(route, request, receive, request_id, form_read)
        except body.Disconnected:
            log.debug("client went away", path=request.raw_path)
            return
        response.headers["date"] = self._date.text()
        if invited is not None and not invited.called:
            response.headers["connection"] = "close"
        cuts = self._world.faults.cuts
        if cuts and (cut := cuts.pop(request_id, None)) is not None:
            await send_cut(response, cut, send, receive)
            return
        await _send(response, send, head=request.method == "HEAD")
        if log.debug_enabled():
            log.debug(
                "request",
                method=request.method,
                path=request.raw_path,
                service=route.service,
                target=headers.get("x-amz-target", ""),
                status=response.status,
                ms=round((time.perf_counter_ns() - started) / 1e6, 3),
                request_id=request_id,
            )

    def _dated(self, send: Send) -> Send:
        """Sends with the Date header that every answer has."""

        async def dated(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), (b"date", self._date.text().encode())]
            await send(message)

        return dated

    def _request_id(self, service: str) -> str:
        ids = self._world.request_ids
        return hexadecimal(ids, 16).upper() if service == "s3" else uuid4(ids)

    def _codec(self, route: Route) -> Codec:
        """The service's codec; for a service that isn't served, one that answers in the same protocol."""
        service = self._world.services.get(route.service)
        if service is None:
            service = self._world.services[{"json": "dynamodb", "query": "sts", "rest-xml": "s3"}[route.protocol]]
        return codec(service, route.protocol)

    async def _answer(
        self, route: Route, request: Request, receive: Receive, request_id: str, body_read: bool
    ) -> Response:
        wire = self._codec(route)
        world = self._world
        try:
            try:
                response = await self._operate(route, request, receive, request_id, body_read, wire)
            except ServiceError as error:
                response = wire.error(error, request, request_id)
            # Whatever was shown, even by a refusal, must survive a crash that comes right after the answer.
            if route.service in world.states:
                lsn = world.store.machine_lsn(route.service)
                if not world.store.is_durable(lsn):
                    await world.store.durable(lsn)
            if world.faults.crashes is not None:
                world.faults.before_answer(world.store)
        except StorageUnavailable as error:
            response = wire.error(SERVICE_UNAVAILABLE(reason=str(error)), request, request_id)
        except (body.Disconnected, asyncio.CancelledError):
            raise
        except Exception as error:  # noqa: BLE001 - the one place where a crash becomes an answer, with its traceback
            log.error("a request crashed", exc_info=error, path=request.raw_path, request_id=request_id)
            response = wire.error(INTERNAL_ERROR(), request, request_id)
        return response

    async def _operate(
        self, route: Route, request: Request, receive: Receive, request_id: str, body_read: bool, wire: Codec
    ) -> Response:
        world = self._world
        service = world.services.get(route.service)
        if service is None:
            raise UNKNOWN_SERVICE(service=route.service, served=self._served)
        if not body_read and route.protocol != "rest-xml":
            request.body = await body.whole(receive, request.headers)
        if service.name == "s3":
            check_expiry(request.query, world.clock.now_ms())
        name = wire.operation(request)
        operation = service.operations.get(name)
        if operation is None:
            raise NOT_IMPLEMENTED(operation=name, title=service.title)
        ctx = world.context(
            service.name,
            route.account,
            route.region,
            request_id=request_id,
            base_url=f"http://{request.headers.get('host', 'localhost')}",
            access_key=route.access_key,
            operation=name,
            trace_header=request.headers.get("x-amzn-trace-id"),
        )
        members: dict[str, Any] = {}
        try:
            if operation.digests is not None:
                result = await self._upload(wire, name, operation, ctx, request, receive)
            else:
                if not body_read and route.protocol == "rest-xml":
                    request.body = await body.whole(receive, request.headers, MESSAGE_TOO_LARGE)
                if service.check_body is not None and request.body:
                    service.check_body(ctx, request.headers, request.body)
                members = wire.decode(name, request)
                result = self._run(operation, ctx, members)
            if isawaitable(result):
                result = await unless_disconnected(result, receive)
        except ServiceError as error:
            add_hint(error, ctx, members)
            raise
        if operation.changes:
            ctx.headers["x-emu-lsn"] = str(ctx.lsn or world.store.lsn)
        if world.record_reads and not ctx.lsn and operation.digests is None:
            record_read(world.events, ctx, members)
        return wire.encode(name, result, request_id, ctx.status, ctx.headers)

    def _run(self, operation: Operation, ctx: Context, members: dict[str, Any]) -> Any:
        """The operation's result, or an awaitable of it; what a fault makes of it while there are rules."""
        world = self._world
        if world.beginning_ms is not None:
            world.settle()
        faults = world.faults
        if faults.rules is None:
            return operation.run(ctx, members)
        return faults.carry_out(operation, ctx, members)

    async def _upload(
        self, wire: Codec, name: str, operation: Operation, ctx: Context, request: Request, receive: Receive
    ) -> Any:
        members = wire.decode(name, request)
        assert operation.digests is not None
        # Faults count calls that run: while there are any, all of them do.
        if operation.before_body is not None and self._world.faults.rules is None:
            operation.before_body(ctx, members)
        digests = operation.digests(members)
        kept, trailers = await body.upload(receive, request.headers, self._world.store.bodies, digests)
        try:
            if trailers:
                wire.trailers(name, members, dict(trailers))
            members[wire.streamed(name) or "Body"] = kept
            result = self._run(operation, ctx, members)
            return await result if isawaitable(result) else result
        finally:
            kept.discard()


def _headers(raw: list[tuple[bytes, bytes]]) -> dict[str, str]:
    headers: dict[str, str] = {}
    for name_bytes, value_bytes in raw:
        name, value = name_bytes.decode("latin-1"), value_bytes.decode("latin-1")
        headers[name] = f"{headers[name]},{value}" if name in headers else value
    return headers


def _is_control(path: str, route: Route | None) -> bool:
    """A call to S3 that is signed, or for a virtual host, may well have a bucket of that name."""
    if path != "/health" and not path.startswith(_CONTROL):
        return False
    return route is None or (route.access_key is None and route.bucket is None)


def _unroutable() -> Route:
    raise AssertionError("a request with its body at hand always has a route")


async def _send(response: Response, send: Send, *, head: bool) -> None:
    content = response.body
    headers = [(name.encode("latin-1"), _header_bytes(value)) for name, value in response.headers.items()]
    if isinstance(content, Slice):
        try:
            await send({"type": "http.response.start", "status": response.status, "headers": headers})
            await _send_slice(content, send)
        finally:
            content.reader.close()
        return
    if not head and "content-length" not in response.headers and response.status not in (204, 304):
        headers.append((b"content-length", str(len(content)).encode()))
    await send({"type": "http.response.start", "status": response.status, "headers": headers})
    await send({"type": "http.response.body", "body": content})


def _header_bytes(value: str) -> bytes:
    try:
        return value.encode("latin-1")
    except UnicodeEncodeError:
        return value.encode()


async def _send_slice(content: Slice, send: Send) -> None:
    position, left = content.start, content.length
    if left <= _SLICE_BYTES:
        await send({"type": "http.response.body", "body": content.reader.read(position, left)})
        return
    while left:
        data = await asyncio.to_thread(content.reader.read, position, min(left, _SLICE_BYTES))
        if not data:
            raise EOFError(f"the body ends at {position}, {left} bytes before its end")  # the connection is closed
        position += len(data)
        left -= len(data)
        await send({"type": "http.response.body", "body": data, "more_body": left > 0})
