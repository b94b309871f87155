"""AWS CLI, as it is on the machine, with nothing set but the endpoint.

The endpoint is given as an option, since version 1 ignores AWS_ENDPOINT_URL for SQS: it prefers addresses of its own.
"""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.clients.conftest import require, run

Aws = Callable[..., Any]


@pytest.fixture
def aws(environment: dict[str, str], tmp_path: Path) -> Aws:
    """Runs ``aws`` in ``tmp_path``; its output, decoded where it is JSON."""
    program = require("aws")

    def call(*arguments: str) -> Any:
        printed = run(
            program,
            "--endpoint-url",
            environment["AWS_ENDPOINT_URL"],
            *arguments,
            cwd=tmp_path,
            environment=environment,
            timeout_s=60,
        )
        return json.loads(printed) if printed.lstrip().startswith("{") else printed

    return call


@pytest.mark.slow
def test_buckets_and_large_files(aws: Aws, name: str, tmp_path: Path) -> None:
    content = b"a" * (9 * 1024 * 1024)  # above 8 MiB AWS CLI uploads in parts
    (tmp_path / "large").write_bytes(content)
    (tmp_path / "page.html").write_text("<h1>hello</h1>")
    aws("s3", "mb", f"s3://{name}")
    aws("s3", "cp", "large", f"s3://{name}/large", "--no-progress")
    aws("s3", "cp", "page.html", f"s3://{name}/pages/a b+ü.html", "--no-progress")
    assert aws("s3api", "head-object", "--bucket", name, "--key", "large")["ETag"].endswith('-2"')
    listed = aws("s3api", "list-objects-v2", "--bucket", name)["Contents"]
    assert [entry["Key"] for entry in listed] == ["large", "pages/a b+ü.html"]
    aws("s3", "cp", f"s3://{name}/large", "again", "--no-progress")
    assert (tmp_path / "again").read_bytes() == content
    aws("s3", "rb", f"s3://{name}", "--force")


def test_a_queue_with_a_long_poll(aws: Aws, name: str, environment: dict[str, str]) -> None:
    url = aws("sqs", "create-queue", "--queue-name", name)["QueueUrl"]
    receive = ("sqs", "receive-message", "--queue-url", url, "--wait-time-seconds", "20")
    command = [require("aws"), "--endpoint-url", environment["AWS_ENDPOINT_URL"], *receive]
    begun = time.monotonic()
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE) as waiting:
        aws("sqs", "send-message", "--queue-url", url, "--message-body", "page 1")
        printed, _ = waiting.communicate(timeout=60)
    (message,) = json.loads(printed)["Messages"]
    assert message["Body"] == "page 1"
    assert time.monotonic() - begun < 15
    aws("sqs", "delete-message", "--queue-url", url, "--receipt-handle", message["ReceiptHandle"])


def test_a_table_with_a_query_and_a_transaction(aws: Aws, name: str) -> None:
    aws(
        "dynamodb", "create-table", "--table-name", name, "--billing-mode", "PAY_PER_REQUEST",
        "--attribute-definitions", "AttributeName=site,AttributeType=S", "AttributeName=page,AttributeType=N",
        "--key-schema", "AttributeName=site,KeyType=HASH", "AttributeName=page,KeyType=RANGE",
    )  # fmt: skip
    puts = [{"Put": {"TableName": name, "Item": {"site": {"S": "a"}, "page": {"N": str(n)}}}} for n in (1, 2, 10)]
    aws("dynamodb", "transact-write-items", "--transact-items", json.dumps(puts))
    found = aws(
        "dynamodb", "query", "--table-name", name, "--key-condition-expression", "site = :s AND page >= :p",
        "--expression-attribute-values", '{":s": {"S": "a"}, ":p": {"N": "2"}}', "--no-scan-index-forward",
    )  # fmt: skip
    assert [item["page"]["N"] for item in found["Items"]] == ["10", "2"]
