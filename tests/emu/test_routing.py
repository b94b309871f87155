from __future__ import annotations

import pytest

from emu.hosts import virtual_hosts
from emu.routing import Router
from services.registry import services

HOME = ("000000000000", "us-east-1")
FORM = "application/x-www-form-urlencoded; charset=utf-8"


def router(*, single: bool = False) -> Router:
    return Router(services(), HOME, single_namespace=single, virtual_host=virtual_hosts(()))


def signed(service: str, key: str = "test", region: str = "us-east-1") -> dict[str, str]:
    scope = f"{key}/20260101/{region}/{service}/aws4_request"
    return {"authorization": f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=00"}


def test_the_scope_of_the_signature_comes_first() -> None:
    route = router().route({**signed("s3"), "x-amz-target": "DynamoDB_20120810.GetItem"}, "")
    assert route is not None
    assert (route.service, route.protocol) == ("s3", "rest-xml")


def test_a_presigned_scope_counts_as_well() -> None:
    query = "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=123456789012%2F20260101%2Feu-west-1%2Fs3%2Faws4_request"
    route = router().route({"host": "localhost"}, query)
    assert route is not None
    assert (route.service, route.account, route.region) == ("s3", "123456789012", "eu-west-1")


@pytest.mark.parametrize(
    ("target", "service"),
    [
        ("DynamoDB_20120810.GetItem", "dynamodb"),
        ("AmazonSQS.SendMessage", "sqs"),
        ("Kinesis_20131202.PutRecord", "Kinesis_20131202"),
    ],
)
def test_then_the_target(target: str, service: str) -> None:
    route = router().route({"x-amz-target": target}, "")
    assert route is not None
    assert (route.service, route.protocol) == (service, "json")


@pytest.mark.parametrize(
    ("body", "service"),
    [
        (b"Action=SendMessage&MessageBody=x", "sqs"),
        (b"Action=GetCallerIdentity&Version=2011-06-15", "sts"),
        (b"Action=ListQueues&Version=2012-11-05", "sqs"),
        (b"Action=CreateTopic&Version=2010-03-31", "query"),
        (b"Action=SendMessage&Version=2009-02-01", "sqs"),
    ],
)
def test_then_the_action_which_may_stand_in_the_body(body: bytes, service: str) -> None:
    assert router().route({"content-type": FORM}, "") is None
    route = router().route({"content-type": FORM}, "", body)
    assert route is not None
    assert (route.service, route.protocol) == (service, "query")
    in_query = router().route({}, body.decode())
    assert in_query is not None
    assert in_query.service == service


@pytest.mark.parametrize(
    ("parameters", "service"),
    [
        ("Action=TagQueue", "sqs"),  # not implemented
        ("Action=AssumeRole&RoleArn=x", "sts"),
        ("Action=MakeCoffee", "sqs"),
        ("Action=MakeCoffee&Version=2011-06-15", "sts"),
    ],
)
def test_an_action_that_is_not_implemented_is_still_somebodys(parameters: str, service: str) -> None:
    for route in (
        router().route({"content-type": FORM}, "", parameters.encode()),
        router().route({}, parameters),
    ):
        assert route is not None
        assert (route.service, route.protocol) == (service, "query")


@pytest.mark.parametrize("query", ["prefix=Action=1", "list-type=2&prefix=x.Action=ListQueues"])
def test_a_value_that_looks_like_an_action_is_none(query: str) -> None:
    route = router().route({"host": "localhost"}, query)
    assert route is not None
    assert route.service == "s3"


def test_a_signed_query_call_to_sqs_is_query_and_a_json_one_json() -> None:
    query = router().route({**signed("sqs"), "content-type": FORM}, "")
    json = router().route({**signed("sqs"), "x-amz-target": "AmazonSQS.ListQueues"}, "")
    assert query is not None
    assert json is not None
    assert (query.protocol, json.protocol) == ("query", "json")


@pytest.mark.parametrize(
    ("service", "protocol"),
    [("route53", "rest-xml"), ("cloudfront", "rest-xml"), ("lambda", "json"), ("kinesis", "json")],
)
def test_a_service_that_is_not_served_gets_its_refusal_in_words_that_it_reads(service: str, protocol: str) -> None:
    route = router().route(signed(service), "")
    assert route is not None
    assert (route.service, route.protocol) == (service, protocol)


def test_everything_else_is_s3_with_the_bucket_of_its_host() -> None:
    route = router().route({"host": "logs.localhost:4566"}, "list-type=2")
    assert route is not None
    assert (route.service, route.bucket, route.access_key) == ("s3", "logs", None)


@pytest.mark.parametrize(
    ("key", "account"), [("123456789012", "123456789012"), ("AKIAIOSFODNN7EXAMPLE", HOME[0]), ("test", HOME[0])]
)
def test_a_twelve_digit_access_key_is_the_account(key: str, account: str) -> None:
    route = router().route(signed("sqs", key, "eu-west-1"), "")
    assert route is not None
    assert (route.account, route.region, route.access_key) == (account, "eu-west-1", key)


def test_a_single_namespace_ignores_key_and_region() -> None:
    route = router(single=True).route(signed("sqs", "123456789012", "eu-west-1"), "")
    assert route is not None
    assert (route.account, route.region) == HOME
