"""Whatever a client sends is read or refused: nothing but ServiceError leaves a codec, and each can be answered."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from emu.wire.codecs import Codec
from emu.wire.message import Request
from emu.wire.model import load
from emu.wire.rest_routes import OPTIONS_OBJECT, POST_OBJECT
from services.errors import ServiceError

MANY = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
UNMODELLED = (POST_OBJECT, OPTIONS_OBJECT)
"""Never decoded: the gateway answers 501 before."""
LATIN1 = st.text(st.characters(max_codepoint=255), max_size=30)


def handled(codec: Codec, request: Request, name: str | None = None) -> None:
    try:
        name = name or codec.operation(request)
        if name not in UNMODELLED:
            codec.decode(name, request)
    except ServiceError as error:
        response = codec.error(error, request, "id")
        assert 400 <= response.status < 500


def inputs_of(service: str, name: str) -> list[str]:
    model = load(service)
    shape = model.operations[name].input
    return list(model.shapes[shape].members) if shape else []


@pytest.mark.parametrize("service", ["dynamodb", "sqs"])
def test_json(service: str, wire: Callable[..., Codec]) -> None:
    codec = wire(service, "json")

    @MANY
    @given(st.data())
    def check(data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(sorted(load(service).operations)))
        names = inputs_of(service, name)
        keys = st.sampled_from(names) if names else st.text(max_size=3)
        document: Any = data.draw(st.dictionaries(keys, JSON, max_size=4))
        handled(codec, Request("POST", "/", "", {}, encoded(document)), name)

    check()


def encoded(document: Any) -> bytes:
    try:
        return orjson.dumps(document)
    except (TypeError, orjson.JSONEncodeError):  # integers beyond 64 bits, lone surrogates
        return repr(document).encode("utf-8", "replace")


@MANY
@given(target=LATIN1, body=st.binary(max_size=60))
def test_json_bytes(target: str, body: bytes, wire: Callable[..., Codec]) -> None:
    request = Request("POST", "/", "", {"x-amz-target": target}, body)
    handled(wire("dynamodb", "json"), request)
    handled(wire("sqs", "json"), request, "SendMessage")


PARAMETER = st.sampled_from(
    [
        "Attribute",
        "AttributeName",
        "MessageAttribute",
        "SendMessageBatchRequestEntry",
        "Name",
        "Value",
        "1",
        "2",
        "x",
        "",
    ]
)


@MANY
@given(
    name=st.sampled_from(["CreateQueue", "SendMessage", "SendMessageBatch", "ReceiveMessage", "Nothing"]),
    pairs=st.lists(st.tuples(st.lists(PARAMETER, max_size=5).map(".".join), st.text(max_size=4)), max_size=5),
    tail=st.binary(max_size=20),
)
def test_query(name: str, pairs: list[tuple[str, str]], tail: bytes, wire: Callable[..., Codec]) -> None:
    body = "&".join([f"Action={name}", *(f"{key}={value}" for key, value in pairs)]).encode("utf-8", "replace") + tail
    handled(wire("sqs", "query"), Request("POST", "/", "", {}, body))


@MANY
@given(
    method=st.sampled_from(["GET", "PUT", "POST", "DELETE", "HEAD", "OPTIONS", "PATCH", ""]),
    path=LATIN1.map(lambda text: "/" + text),
    query=LATIN1,
    headers=st.dictionaries(
        st.sampled_from(
            ["content-type", "content-length", "x-amz-copy-source", "if-modified-since", "x-amz-meta-a", "date"]
        ),
        LATIN1,
        max_size=3,
    ),
    body=st.binary(max_size=40),
)
def test_rest(
    method: str, path: str, query: str, headers: dict[str, str], body: bytes, wire: Callable[..., Codec]
) -> None:
    handled(wire("s3", "rest-xml"), Request(method, path, query, headers, body))


XML = st.recursive(
    st.text(st.sampled_from("a &<>;\x00é1"), max_size=4),
    lambda inner: st.builds(
        lambda tag, parts: f"<{tag}>{''.join(parts)}</{tag}>",
        st.sampled_from(["Object", "Key", "Quiet", "Size", "x:Key", "VersionId", "LastModifiedTime"]),
        st.lists(inner, max_size=3),
    ),
    max_leaves=6,
)


@MANY
@given(content=XML, cut=st.integers(0, 60))
def test_xml(content: str, cut: int, wire: Callable[..., Codec]) -> None:
    body = f"<Delete>{content}</Delete>".encode()
    for damaged in (body, body[:cut]):
        handled(wire("s3", "rest-xml"), Request("POST", "/b", "delete", {}, damaged))
