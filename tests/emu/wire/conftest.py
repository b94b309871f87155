"""Codecs by service and protocol, and botocore's own serializers and parsers as the oracle."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any
from urllib.parse import urlencode

import botocore.parsers
import botocore.serialize
import botocore.session
import pytest
from botocore.awsrequest import HeadersDict
from botocore.model import OperationModel, ServiceModel

from emu.wire.codecs import Codec, ProtocolName, codec
from emu.wire.message import Request, Response
from services.operation import Service
from services.s3.xml_names import XML_NAMES
from services.sqs.query_names import QUERY_NAMES
from services.traits import Traits

_TRAITS = {
    "dynamodb": Traits(raw_shapes=frozenset({"AttributeValue"}), crc32=True),
    "s3": Traits(xml=XML_NAMES),
    "sqs": Traits(query=QUERY_NAMES),
    "sts": Traits(),
}


@cache
def service(name: str) -> Service:
    """A service without operations: the wire knows them from AWS's model."""
    return Service(name=name, title=name, operations={}, new_state=lambda hooks: None, traits=_TRAITS[name])  # type: ignore[arg-type,return-value]


@pytest.fixture(scope="session")
def wire() -> Callable[[str, ProtocolName], Codec]:
    """``wire("s3", "rest-xml")``"""
    return lambda name, protocol: codec(service(name), protocol)


@cache
def _aws_model(name: str) -> ServiceModel:
    return botocore.session.get_session().get_service_model(name)


def query_model() -> ServiceModel:
    """SQS's model as it was while it still held the Query protocol's names."""
    source: dict[str, Any] = (
        botocore.session.get_session().get_component("data_loader").load_service_model("sqs", "service-2")
    )
    source = {**source, "metadata": {**source["metadata"], "protocol": "query", "protocols": ["query"]}}
    shapes: dict[str, Any] = {name: dict(shape) for name, shape in source["shapes"].items()}
    for name, element in QUERY_NAMES.lists.items():
        shapes[name].update(flattened=True, member={**shapes[name]["member"], "locationName": element})
    for name, (_, key, value) in QUERY_NAMES.maps.items():
        shapes[name].update(
            flattened=True,
            key={**shapes[name]["key"], "locationName": key},
            value={**shapes[name]["value"], "locationName": value},
        )
    for shape in shapes.values():
        if shape["type"] == "structure":
            shape["members"] = {
                member: {**target, "locationName": QUERY_NAMES.maps[target["shape"]][0]}
                if target["shape"] in QUERY_NAMES.maps
                else target
                for member, target in shape["members"].items()
            }
    operations = {
        name: {**operation, "output": {**operation["output"], "resultWrapper": f"{name}Result"}}
        if "output" in operation
        else operation
        for name, operation in source["operations"].items()
    }
    return ServiceModel({**source, "shapes": shapes, "operations": operations}, "sqs")


class Oracle:
    """What botocore makes of a service in a protocol."""

    def __init__(self, name: str, protocol: str) -> None:
        self.name = name
        self.protocol = protocol
        self.model = query_model() if (name, protocol) == ("sqs", "query") else _aws_model(name)

    def operation(self, name: str) -> OperationModel:
        return self.model.operation_model(name)

    def request(self, name: str, params: Mapping[str, Any]) -> Request:
        """The request that botocore would send."""
        serializer = botocore.serialize.create_serializer(self.protocol, include_validation=False)
        made = serializer.serialize_to_request(params, self.operation(name))
        body = made["body"]
        if isinstance(body, dict):
            body = urlencode(body)
        query = made["query_string"]
        url, _, inline = made["url_path"].partition("?")
        return Request(
            method=made["method"],
            raw_path=url,
            query="&".join(part for part in (inline, urlencode(query)) if part),
            headers={key.lower(): value for key, value in made["headers"].items()},
            body=body if isinstance(body, bytes) else body.encode(),
        )

    def parsed(self, name: str, response: Response) -> dict[str, Any]:
        """What botocore reads in a response; moments as milliseconds."""
        parser = botocore.parsers.create_parser(self.protocol)
        got = parser.parse(
            {"status_code": response.status, "headers": HeadersDict(response.headers), "body": response.body},
            self.operation(name).output_shape,
        )
        result: dict[str, Any] = plain(got)
        return result


def plain(value: Any) -> Any:
    """Moments as milliseconds, all the way down."""
    if isinstance(value, datetime):
        return round(value.astimezone(UTC).timestamp() * 1000)
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value


@pytest.fixture(scope="session")
def oracle() -> Callable[[str, str], Oracle]:
    """``oracle("s3", "rest-xml")``"""
    return cache(Oracle)
