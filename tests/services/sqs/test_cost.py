"""What a call costs doesn't depend on how much is in the queue: counted in messages looked at, not in time."""

from __future__ import annotations

from typing import Any

import pytest

from services.sqs.message import Message


class Counting(dict[int, Message]):
    """A queue's messages, counting what is looked at."""

    looks = 0

    def __getitem__(self, sequence: int) -> Message:
        Counting.looks += 1
        return super().__getitem__(sequence)


def filled(sqs: Any, depth: int, *, fifo: bool) -> str:
    """A queue with ``depth`` messages ready, as many delayed or blocked, and a few in flight."""
    url: str = sqs.queue(f"q{depth}" + (".fifo" if fifo else ""))
    for number in range(2 * depth):
        if fifo:
            group = "ready" if number % 2 else f"g{number % 20}"
            sqs.send(url, MessageGroupId=group, MessageDeduplicationId=str(number))
        else:
            sqs.send(url, DelaySeconds=900 if number % 2 else 0)
    return url


@pytest.mark.parametrize("fifo", [False, True])
def test_looks_of_a_receive_and_a_delete(sqs: Any, fifo: bool) -> None:
    looks: list[int] = []
    for depth in (10, 1000):
        url = filled(sqs, depth, fifo=fifo)
        if fifo:
            # Every group is blocked but one.
            blocked = {}
            while messages := sqs.receive(url):
                blocked[messages[0]["Attributes"]["MessageGroupId"]] = messages[0]["ReceiptHandle"]
            sqs.hide(url, blocked["ready"], 0)
        queue = sqs.state.find("000000000000", "us-east-1", url.rpartition("/")[2])
        queue.messages = Counting(queue.messages)
        if queue._groups is not None:
            queue._groups = queue._groups.copy(queue.messages)
        Counting.looks = 0
        for _ in range(3):
            (message,) = sqs.receive(url)
            sqs.delete(url, message["ReceiptHandle"])
        sqs.counts(url)
        looks.append(Counting.looks)
    assert looks[0] == looks[1]
    assert looks[0] < 60


def test_groups_of_a_queue_that_was_emptied_leave_nothing_behind(sqs: Any) -> None:
    url = sqs.queue("jobs.fifo", ContentBasedDeduplication="true")
    for number in range(50):
        sqs.send(url, str(number), MessageGroupId=str(number))
    while messages := sqs.receive(url, 10):
        for message in messages:
            sqs.delete(url, message["ReceiptHandle"])
    groups = sqs.state.find("000000000000", "us-east-1", "jobs.fifo")._groups
    assert (len(groups._order), len(groups._ready), len(groups._entries)) == (0, 0, 0)
