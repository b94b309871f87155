"""``kill -9`` under concurrent load, again and again, all services at once: nothing that was acknowledged is lost,
nothing that was deleted comes back, and what was not acknowledged is there whole or not at all.

Each worker owns its keys, so it knows what each must hold. A call that the kill cut off leaves two possible outcomes;
the first answer after the restart decides which it was.
"""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

import orjson
import pytest
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from emu.testing import Emulator

_CUT_OFF = (BotoCoreError, ClientError, OSError)
_CONFIG = Config(retries={"total_max_attempts": 1}, connect_timeout=2, read_timeout=5)
_WORKERS = 4
_KEYS = 20
_ABSENT = None


class Ledger:
    """What a thing may hold: one value once it is acknowledged, several while a call's outcome is unknown."""

    def __init__(self) -> None:
        self._possible: dict[str, set[Any]] = {}

    def begin(self, key: str, value: Any) -> None:
        self._possible[key] = self.possible(key) | {value}

    def acknowledge(self, key: str, value: Any) -> None:
        self._possible[key] = {value}

    def possible(self, key: str) -> set[Any]:
        return self._possible.get(key, {_ABSENT})

    def names(self) -> list[str]:
        return list(self._possible)


class Worker(threading.Thread):
    """Calls one after the other until the server is gone."""

    def __init__(self, number: int, world: World, seed: int) -> None:
        super().__init__(daemon=True)
        self._number = number
        self._world = world
        self._random = random.Random(seed)
        self._s3, self._sqs, self._dynamodb = world.clients[number]
        self.calls = 0

    def run(self) -> None:
        steps = [self._object, self._item, self._count, self._transaction, self._send, self._receive]
        try:
            while True:
                self._random.choice(steps)()
                self.calls += 1
        except _CUT_OFF:
            return

    def _key(self) -> str:
        return f"{self._number}-{self._random.randrange(_KEYS)}"

    def _object(self) -> None:
        ledger, key = self._world.objects, self._key()
        if self._random.random() < 0.3:
            ledger.begin(key, _ABSENT)
            self._s3.delete_object(Bucket="pages", Key=key)
            ledger.acknowledge(key, _ABSENT)
            return
        # Now and then one that is too large to ride in the journal.
        body = self._random.randbytes(100 if self._random.random() < 0.8 else 50_000)
        ledger.begin(key, body)
        self._world.puts_begun[key] += 1
        self._s3.put_object(Bucket="pages", Key=key, Body=body)
        ledger.acknowledge(key, body)
        self._world.puts_acknowledged[key] += 1

    def _item(self) -> None:
        ledger, key = self._world.items, self._key()
        if self._random.random() < 0.3:
            ledger.begin(key, _ABSENT)
            self._dynamodb.delete_item(TableName="pages", Key={"id": {"S": key}})
            ledger.acknowledge(key, _ABSENT)
            return
        value = self._random.randbytes(8).hex()
        ledger.begin(key, value)
        self._dynamodb.put_item(TableName="pages", Item={"id": {"S": key}, "v": {"S": value}})
        ledger.acknowledge(key, value)

    def _count(self) -> None:
        ledger, key = self._world.counters, f"count-{self._number}"
        (count,) = ledger.possible(key)
        value = (count or 0) + 1
        ledger.begin(key, value)
        self._dynamodb.update_item(
            TableName="counters",
            Key={"id": {"S": key}},
            UpdateExpression="ADD n :one",
            ExpressionAttributeValues={":one": {"N": "1"}},
        )
        ledger.acknowledge(key, value)

    def _transaction(self) -> None:
        ledger = self._world.pairs
        value = self._random.randbytes(8).hex()
        key = str(self._number)
        ledger.begin(key, value)
        self._dynamodb.transact_write_items(
            TransactItems=[
                {"Put": {"TableName": "pairs", "Item": {"id": {"S": f"{key}-{side}"}, "v": {"S": value}}}}
                for side in ("left", "right")
            ]
        )
        ledger.acknowledge(key, value)

    def _send(self) -> None:
        ledger, url = self._world.messages[self._number], self._world.queue_urls[self._number]
        body = self._random.randbytes(8).hex()
        ledger.begin(body, body)
        self._sqs.send_message(QueueUrl=url, MessageBody=body)
        ledger.acknowledge(body, body)

    def _receive(self) -> None:
        ledger, url = self._world.messages[self._number], self._world.queue_urls[self._number]
        for message in self._sqs.receive_message(QueueUrl=url, VisibilityTimeout=0).get("Messages", []):
            ledger.begin(message["Body"], _ABSENT)
            self._sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
            ledger.acknowledge(message["Body"], _ABSENT)


class World:
    """What the workers know, and how it is compared with what the server holds."""

    def __init__(self, emulator: Emulator) -> None:
        self.objects, self.items, self.counters, self.pairs = (Ledger() for _ in range(4))
        # A queue a worker: deleting with another than the newest receipt handle may do nothing, and says so to nobody.
        self.messages = [Ledger() for _ in range(_WORKERS)]
        self.queue_urls: list[str] = []
        self.puts_begun: Counter[str] = Counter()
        self.puts_acknowledged: Counter[str] = Counter()
        # Clients outlive the server: it comes back on the same port. The last ones are for the checks.
        self.clients = [
            tuple(emulator.client(service, config=_CONFIG) for service in ("s3", "sqs", "dynamodb"))
            for _ in range(_WORKERS + 1)
        ]
        self._s3, self._sqs, self._dynamodb = self.clients[-1]
        self._set_up()

    def _set_up(self) -> None:
        s3, sqs, dynamodb = self.clients[-1]
        for number in range(_WORKERS):
            self.queue_urls.append(sqs.create_queue(QueueName=f"jobs-{number}")["QueueUrl"])
        self.events_url = sqs.create_queue(QueueName="events")["QueueUrl"]
        s3.create_bucket(Bucket="pages")
        s3.put_bucket_notification_configuration(
            Bucket="pages",
            NotificationConfiguration={
                "QueueConfigurations": [
                    {"QueueArn": "arn:aws:sqs:us-east-1:000000000000:events", "Events": ["s3:ObjectCreated:*"]}
                ]
            },
        )
        for table in ("pages", "counters", "pairs"):
            dynamodb.create_table(
                TableName=table,
                KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
                AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
                BillingMode="PAY_PER_REQUEST",
            )

    def check(self) -> None:
        """Raises AssertionError on anything lost or risen; settles what was unknown."""
        self._check_objects()
        self._check_table("pages", self.items, lambda item: item["v"]["S"])
        self._check_table("counters", self.counters, lambda item: int(item["n"]["N"]))
        self._check_pairs()
        self._check_messages()

    @staticmethod
    def _settle(ledger: Ledger, key: str, found: Any, what: str) -> None:
        possible = ledger.possible(key)
        assert found in possible, f"{what} {key} holds {found!r:.60}, but must hold one of {possible!s:.200}"
        ledger.acknowledge(key, found)

    def _check_objects(self) -> None:
        listed = {entry["Key"] for entry in self._s3.list_objects_v2(Bucket="pages").get("Contents", [])}
        assert listed <= set(self.objects.names()), f"objects that nobody put: {listed - set(self.objects.names())}"
        for key in self.objects.names():
            found = self._s3.get_object(Bucket="pages", Key=key)["Body"].read() if key in listed else _ABSENT
            self._settle(self.objects, key, found, "the object")

    def _check_table(self, table: str, ledger: Ledger, value: Any) -> None:
        found = {item["id"]["S"]: value(item) for item in self._items(table)}
        for key in found.keys() | set(ledger.names()):
            self._settle(ledger, key, found.get(key), f"in table {table}, the item")

    def _check_pairs(self) -> None:
        found = {item["id"]["S"]: item["v"]["S"] for item in self._items("pairs")}
        for key in self.pairs.names():
            left, right = found.get(f"{key}-left"), found.get(f"{key}-right")
            assert left == right, f"half of a transaction: {key} holds {left} and {right}"
            self._settle(self.pairs, key, left, "the pair")

    def _items(self, table: str) -> list[dict[str, Any]]:
        pages = self._dynamodb.get_paginator("scan").paginate(TableName=table)
        return [item for page in pages for item in page["Items"]]

    def _check_messages(self) -> None:
        for ledger, url in zip(self.messages, self.queue_urls, strict=True):
            found = self._bodies(url)
            doubled = [body for body, times in Counter(found).items() if times > 1]
            assert not doubled, f"messages that were doubled: {doubled}"
            for body in set(found) | set(ledger.names()):
                self._settle(ledger, body, body if body in found else _ABSENT, "the message")

    def check_events(self) -> None:
        """Each put and its event are one record: as many events as puts, give or take the puts of unknown outcome."""
        announced = Counter(
            record["s3"]["object"]["key"]
            for body in self._bodies(self.events_url)
            for record in orjson.loads(body).get("Records", [])
        )
        for key, begun in self.puts_begun.items():
            assert self.puts_acknowledged[key] <= announced[key] <= begun, f"events of {key}"

    def _bodies(self, url: str) -> list[str]:
        """Every message of a queue, received and left where it is."""
        sqs = self._sqs
        deadline = time.monotonic() + 30
        while self._in_flight(sqs, url):
            assert time.monotonic() < deadline
            time.sleep(0.05)
        bodies: list[str] = []
        handles: list[str] = []
        while True:
            answer = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=60)
            messages = answer.get("Messages", [])
            bodies += [message["Body"] for message in messages]
            if not messages:
                break
            handles += [message["ReceiptHandle"] for message in messages]
        for handle in handles:
            sqs.change_message_visibility(QueueUrl=url, ReceiptHandle=handle, VisibilityTimeout=0)
        return bodies

    @staticmethod
    def _in_flight(sqs: Any, url: str) -> int:
        name = "ApproximateNumberOfMessagesNotVisible"
        return int(sqs.get_queue_attributes(QueueUrl=url, AttributeNames=[name])["Attributes"][name])


def kill_again_and_again(directory: Path, kills: int, seed: int) -> int:
    """Load, kill, start, check, ``kills`` times; the number of acknowledged calls."""
    chance = random.Random(seed)
    calls = 0
    with Emulator(directory) as emulator:
        world = World(emulator)
        for round_number in range(kills):
            workers = [Worker(number, world, chance.randrange(2**32)) for number in range(_WORKERS)]
            for worker in workers:
                worker.start()
            time.sleep(chance.uniform(0.05, 0.4))
            emulator.kill()
            for worker in workers:
                worker.join(30)
                assert not worker.is_alive()
                calls += worker.calls
            emulator.start()
            try:
                world.check()
            except AssertionError as error:
                raise AssertionError(f"kill {round_number + 1} of {kills}: {error}\n{emulator.log[-4000:]}") from None
        world.check_events()
    return calls


@pytest.fixture
def seed() -> int:
    value = random.SystemRandom().randrange(2**32)
    print(f"seed {value}")
    return value


def test_a_few_kills(tmp_path: Path, seed: int) -> None:
    assert kill_again_and_again(tmp_path / "state", 4, seed) > 0


@pytest.mark.slow
def test_a_hundred_kills(tmp_path: Path, seed: int) -> None:
    calls = kill_again_and_again(tmp_path / "state", 100, seed)
    print(f"100 kills, {calls} acknowledged calls, nothing lost")
    assert calls > 1000
