"""https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ListQueues.html"""

from __future__ import annotations

from typing import Any

import pytest


def names(response: Any) -> list[str]:
    return [url.rpartition("/")[2] for url in response.get("QueueUrls", [])]


def test_none(sqs: Any) -> None:
    assert sqs("ListQueues") == {}


def test_by_name_and_prefix(sqs: Any) -> None:
    for name in ("b", "a", "ab", "abc", "B"):
        sqs.queue(name)
    assert names(sqs("ListQueues")) == ["B", "a", "ab", "abc", "b"]
    assert names(sqs("ListQueues", QueueNamePrefix="ab")) == ["ab", "abc"]
    assert names(sqs("ListQueues", QueueNamePrefix="x")) == []


@pytest.mark.parametrize("prefix", ["", "q", "q1"])
def test_pages_together_are_the_whole(sqs: Any, prefix: str) -> None:
    for number in range(25):
        sqs.queue(f"q{number}")
    sqs.queue("p")
    whole = names(sqs("ListQueues", QueueNamePrefix=prefix))
    collected: list[str] = []
    request: dict[str, Any] = {"QueueNamePrefix": prefix, "MaxResults": 1}
    while True:
        page = sqs("ListQueues", **request)
        collected += names(page)
        if "NextToken" not in page:
            break
        request["NextToken"] = page["NextToken"]
    assert collected == whole


def test_without_max_results_there_is_no_token(sqs: Any) -> None:
    for number in range(1001):
        sqs.queue(f"q{number}")
    page = sqs("ListQueues")
    assert len(page["QueueUrls"]) == 1000
    assert "NextToken" not in page


@pytest.mark.parametrize("number", [0, 1001, -1])
def test_max_results(sqs: Any, number: int) -> None:
    assert sqs.refused("ListQueues", MaxResults=number).refusal.query_code == "InvalidParameterValue"


@pytest.mark.parametrize("token", ["%", "/w==", "_w=="])
def test_bad_tokens(sqs: Any, token: str) -> None:
    assert sqs.refused("ListQueues", NextToken=token).refusal.query_code == "InvalidParameterValue"
