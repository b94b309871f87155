"""docs/testing.md does what it says: its Python is run as it stands there, around a crawler of a few lines."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from textwrap import indent

import pytest

Run = Callable[..., pytest.RunResult]

GUIDE = Path(__file__).resolve().parents[3] / "docs" / "testing.md"
BLOCKS = re.findall(r"```python\n(.*?)```", GUIDE.read_text("utf-8"), re.DOTALL)

CRAWLER = '''
import boto3, pytest

def set_of_pages():
    """What is in the table."""
    return {item["url"]["S"] for item in boto3.client("dynamodb").scan(TableName="pages")["Items"]}

def store_page(name):
    boto3.client("s3").put_object(Bucket="pages", Key=name, Body=b"<title>")

def crawl(limit=None):
    """Put a record of each page into the table; with a limit, it ends before the last one is acknowledged."""
    sqs, dynamodb = boto3.client("sqs"), boto3.client("dynamodb")
    queue = sqs.get_queue_url(QueueName="frontier")["QueueUrl"]
    taken = 0
    while messages := sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages"):
        for message in messages:
            dynamodb.put_item(TableName="pages", Item={"url": {"S": message["Body"]}})
            taken += 1
            if taken == limit:
                return
            sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])

def assert_world():
    assert set_of_pages() == {"0"}

@pytest.fixture(autouse=True)
def world(request, emu, s3, sqs, dynamodb):
    marker = request.node.get_closest_marker("emu")
    if marker is not None and "seed" in marker.kwargs:
        return
    s3.create_bucket(Bucket="pages")
    dynamodb.create_table(
        TableName="pages", BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "url", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "url", "AttributeType": "S"}])
    queue = sqs.create_queue(QueueName="frontier", Attributes={"VisibilityTimeout": "600"})["QueueUrl"]
    number = {"test_the_seed": 400, "test_every_crash_point": 1}.get(request.node.name, 2)
    pages = [str(page) for page in range(number)]
    for ten in range(0, len(pages), 10):
        sqs.send_message_batch(
            QueueUrl=queue, Entries=[{"Id": page, "MessageBody": page} for page in pages[ten:ten + 10]])
'''


@pytest.mark.slow
def test_its_tests_pass(run: Run) -> None:
    first, seed, crash = (block for block in BLOCKS if "def test_" in block)
    run(CRAWLER + seed, "--emu-update-snapshots").assert_outcomes(passed=1)
    run(CRAWLER + first + crash).assert_outcomes(passed=4)


def test_emu_without_pytest(run: Run) -> None:
    (block,) = (block for block in BLOCKS if "Emulator()" in block)
    text = f"""
import pytest

def test_it():
    from emu.testing import Emulator as Their
    with Their() as server:
        server.client("sqs").create_queue(QueueName="frontier")
        url = server.endpoint_url
{indent(block, "        ")}
""".replace('"http://localhost:4566"', "url")
    run(text).assert_outcomes(passed=1)
