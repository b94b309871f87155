"""Choosing codecs; and what the services add to AWS's models is complete."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest

from emu.wire.codecs import Codec, ProtocolName, codec
from emu.wire.json_codec import JsonCodec
from emu.wire.message import Request
from emu.wire.model import Model, load
from emu.wire.query_codec import QueryCodec
from emu.wire.rest_codec import RestXmlCodec
from services.errors import ServiceError
from services.registry import services

PROTOCOLS: list[tuple[str, ProtocolName, type[object]]] = [
    ("dynamodb", "json", JsonCodec),
    ("sqs", "json", JsonCodec),
    ("sqs", "query", QueryCodec),
    ("sts", "query", QueryCodec),
    ("s3", "rest-xml", RestXmlCodec),
]


@pytest.mark.parametrize(("name", "protocol", "kind"), PROTOCOLS)
def test_a_codec_is_made_once(name: str, protocol: ProtocolName, kind: type[object]) -> None:
    service = services()[name]
    made = codec(service, protocol)
    assert type(made) is kind
    assert codec(service, protocol) is made


def test_nothing_is_loaded_before_it_is_needed() -> None:
    program = (
        "import sys; from emu.wire import codecs;"
        "print([name for name in sys.modules if name in ('xmltodict', 'botocore') or name.endswith('_codec')])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


@pytest.mark.parametrize(("name", "protocol"), [("sts", "json"), ("dynamodb", "query"), ("sqs", "rest-xml")])
def test_a_protocol_that_a_service_does_not_speak(
    name: str, protocol: ProtocolName, wire: Callable[..., Codec]
) -> None:
    made, request = wire(name, protocol), Request("PATCH", "/", "Action=Fly", {"x-amz-target": "Bird.Fly"})
    with pytest.raises(ServiceError) as caught:
        made.operation(request)
    assert made.error(caught.value, request, "id").status in (400, 405)


def shapes_in_use(model: Model) -> Iterator[str]:
    """The shapes that requests and answers are made of."""
    seen: set[str] = set()
    left = [name for operation in model.operations.values() for name in (operation.input, operation.output) if name]
    while left:
        name = left.pop()
        if name not in seen:
            seen.add(name)
            yield name
            shape = model.shapes[name]
            members = [*shape.members.values(), *(each for each in (shape.key, shape.value) if each)]
            left += [member.shape for member in members]


def test_every_list_and_map_of_sqs_has_its_query_name() -> None:
    model, names = load("sqs"), services()["sqs"].traits.query
    assert names is not None
    shapes = [model.shapes[name] for name in shapes_in_use(model)]
    assert {shape.name for shape in shapes if shape.type == "list"} == names.lists.keys()
    assert {shape.name for shape in shapes if shape.type == "map"} == names.maps.keys()


def test_every_document_of_s3_has_its_element() -> None:
    model, service = load("s3"), services()["s3"]
    roots = service.traits.xml.roots
    assert roots.keys() <= model.operations.keys()
    for name in service.operations:
        output = model.operations[name].output
        if output is None or model.operations[name].method == "HEAD":
            continue
        shape = model.shapes[output]
        if shape.payload is None and any(member.location is None for member in shape.members.values()):
            assert name in roots


def test_attribute_values_are_dynamodbs_raw_shapes() -> None:
    traits = services()["dynamodb"].traits
    assert traits.raw_shapes == {"AttributeValue"}
    assert traits.crc32
