"""SQS calls in short."""

from __future__ import annotations

from typing import Any

import pytest

from services.errors import ServiceError


class Sqs:
    """Calls SQS operations over the `call` fixture, with a queue's URL in place of QueueUrl."""

    def __init__(self, call: Any) -> None:
        self.call = call
        self.clock = call.clock

    @property
    def state(self) -> Any:
        return self.call.world.states["sqs"]

    def __call__(self, operation: str, **request: Any) -> Any:
        return self.call("sqs", operation, **request)

    def refused(self, operation: str, **request: Any) -> ServiceError:
        """The error of a call that must fail, leaving the state as it was."""
        before = self.lines()
        with pytest.raises(ServiceError) as caught:
            self(operation, **request)
        assert self.lines() == before
        return caught.value

    def queue(self, name: str = "jobs", **attributes: str) -> str:
        """A new queue's URL; FIFO by its name."""
        if name.endswith(".fifo"):
            attributes["FifoQueue"] = "true"
        url: str = self("CreateQueue", QueueName=name, Attributes=attributes)["QueueUrl"]
        return url

    def send(self, url: str, body: str = "hello", **request: Any) -> Any:
        return self("SendMessage", QueueUrl=url, MessageBody=body, **request)

    def receive(self, url: str, number: int = 1, **request: Any) -> list[Any]:
        """Received messages, with all system attributes."""
        response = self(
            "ReceiveMessage",
            QueueUrl=url,
            MaxNumberOfMessages=number,
            MessageSystemAttributeNames=["All"],
            **request,
        )
        messages: list[Any] = response.get("Messages", [])
        return messages

    def bodies(self, url: str, number: int = 10, **request: Any) -> list[str]:
        return [message["Body"] for message in self.receive(url, number, **request)]

    def delete(self, url: str, handle: str) -> None:
        self("DeleteMessage", QueueUrl=url, ReceiptHandle=handle)

    def hide(self, url: str, handle: str, seconds: int) -> None:
        self("ChangeMessageVisibility", QueueUrl=url, ReceiptHandle=handle, VisibilityTimeout=seconds)

    def attributes(self, url: str, *names: str) -> dict[str, str]:
        response = self("GetQueueAttributes", QueueUrl=url, AttributeNames=list(names) or ["All"])
        attributes: dict[str, str] = response.get("Attributes", {})
        return attributes

    def counts(self, url: str) -> tuple[int, int, int]:
        """Messages visible, in flight, delayed."""
        told = self.attributes(url)
        visible, in_flight, delayed = (
            int(told[f"ApproximateNumberOfMessages{suffix}"]) for suffix in ("", "NotVisible", "Delayed")
        )
        return visible, in_flight, delayed

    def lines(self) -> list[bytes]:
        """All documents."""
        return [
            line for account, region in sorted(self.state.namespaces()) for line in self.state.dump(account, region)
        ]


@pytest.fixture
def sqs(call: Any) -> Sqs:
    return Sqs(call)
