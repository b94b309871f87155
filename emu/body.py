"""A request's body on its way in: collected whole, or streamed into the store of bodies."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, MutableMapping
from typing import Any

from emu.errors import REQUEST_TOO_LARGE
from emu.wire.aws_chunked import Decoder
from services.bodies import Digest
from services.errors import Refusal
from storage.bodies.body import Bodies, Body

Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]

WHOLE_BYTES_MAX = 16 * 1024 * 1024
"""The largest body that is collected whole. DynamoDB's largest request has so many, SQS's messages and S3's XML fewer.
https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html"""


class Disconnected(Exception):
    """The client went away before its request was complete."""


class Invited:
    """``receive`` of a client that sends its body when it is invited to (``Expect: 100-continue``), which the server
    does at the first call. Without one the client keeps its body, and the connection can't be used for anything else.

    https://docs.aws.amazon.com/AmazonS3/latest/API/RESTObjectPUT.html, RFC 9110, 10.1.1
    """

    __slots__ = ("_receive", "called")

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self.called = False

    def __call__(self) -> Awaitable[MutableMapping[str, Any]]:
        self.called = True
        return self._receive()


async def chunks(receive: Receive) -> AsyncIterator[bytes]:
    """The body as it arrives."""
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Disconnected
        if data := message.get("body"):
            yield data
        if not message.get("more_body"):
            return


async def whole(receive: Receive, headers: Mapping[str, str], too_large: Refusal = REQUEST_TOO_LARGE) -> bytes:
    """The whole body, decoded if it is aws-chunked. Errors: those of aws-chunked, and ``too_large``, before anything is
    read where the headers tell it."""
    length = headers.get("content-length", "")
    if length.isdecimal() and int(length) > WHOLE_BYTES_MAX:
        raise too_large(limit_bytes=WHOLE_BYTES_MAX)
    message = await receive()
    if message["type"] == "http.disconnect":
        raise Disconnected
    data: bytes = message.get("body", b"")
    if message.get("more_body"):
        parts, size = [data], len(data)
        async for chunk in chunks(receive):
            parts.append(chunk)
            size += len(chunk)
            if size > WHOLE_BYTES_MAX:
                raise too_large(limit_bytes=WHOLE_BYTES_MAX)
        data = b"".join(parts)
    decoder = Decoder.for_headers(headers)
    if decoder is None:
        return data
    decoded = b"".join(decoder.feed(data))
    decoder.finish()
    return decoded


async def upload(
    receive: Receive, headers: Mapping[str, str], bodies: Bodies, digests: Mapping[str, Digest]
) -> tuple[Body, Mapping[str, str]]:
    """Streams the body into the store, hashed on the way: the body, and the trailing headers of an aws-chunked one."""
    decoder = Decoder.for_headers(headers)
    writer = bodies.writer(digests)
    try:
        async for chunk in chunks(receive):
            if decoder is None:
                await writer.write(chunk)
            else:
                for data in decoder.feed(chunk):
                    await writer.write(data)
        if decoder is not None:
            decoder.finish()
        return await writer.finish(), decoder.trailers if decoder is not None else {}
    except BaseException:
        writer.abort()
        raise
