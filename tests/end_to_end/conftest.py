"""Real servers, in memory and durable, and real boto3 clients for them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from botocore.config import Config

from emu.testing import Emulator

_NO_RETRIES = Config(retries={"total_max_attempts": 1}, connect_timeout=5, read_timeout=30)


@pytest.fixture(scope="session", params=["memory", "durable"])
def emulator(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    """One server of each kind a session; tests keep apart by the names of what they make. No request may crash it."""
    directory = tmp_path_factory.mktemp("state") if request.param == "durable" else None
    with Emulator(directory) as emulator:
        yield emulator
        log = emulator.log
    assert "Traceback" not in log, log[-4000:]


@pytest.fixture(scope="session")
def s3(emulator: Emulator) -> Any:
    return emulator.client("s3", config=_NO_RETRIES)


@pytest.fixture(scope="session")
def sqs(emulator: Emulator) -> Any:
    return emulator.client("sqs", config=_NO_RETRIES)


@pytest.fixture(scope="session")
def dynamodb(emulator: Emulator) -> Any:
    return emulator.client("dynamodb", config=_NO_RETRIES)


@pytest.fixture
def name() -> str:
    """A name for a bucket, queue or table that nothing else has."""
    return f"test-{uuid4().hex[:12]}"


@pytest.fixture
def bucket(s3: Any, name: str) -> str:
    s3.create_bucket(Bucket=name)
    return name


@pytest.fixture
def queue_url(sqs: Any, name: str) -> str:
    url: str = sqs.create_queue(QueueName=name)["QueueUrl"]
    return url


@pytest.fixture
def table(dynamodb: Any, name: str) -> str:
    """A table with the string key ``id``."""
    dynamodb.create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    return name
