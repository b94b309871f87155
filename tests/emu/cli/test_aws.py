"""``emu aws`` from outside: its output, its status, its one line for what goes wrong."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from emu.testing import Emulator

Aws = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    with Emulator() as emulator:
        yield emulator


@pytest.fixture
def aws(emulator: Emulator, tmp_path: Path) -> Aws:
    def call(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        clean = {key: value for key, value in os.environ.items() if not key.startswith(("KUMO_", "AWS_"))}
        return subprocess.run(
            [sys.executable, "-m", "emu", "aws", *arguments],
            env={
                **clean,
                "PYTHONPATH": str(Path(__file__).resolve().parents[3]),
                "AWS_ENDPOINT_URL": emulator.endpoint_url,
                **variables,
            },
            cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip

    return call


def test_an_answer_is_one_line_of_json(aws: Aws) -> None:
    ended = aws("sqs", "create-queue", "--queue-name", "jobs", "--attributes", "DelaySeconds=3")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert json.loads(ended.stdout)["QueueUrl"].endswith("/000000000000/jobs")
    assert len(ended.stdout.splitlines()) == 1


def test_objects_go_out_and_come_back_as_files(aws: Aws, tmp_path: Path) -> None:
    (tmp_path / "page").write_bytes(b"\x00<h1>\xff")
    assert aws("s3", "mb", "s3://pages").stdout == "make_bucket: pages\n"
    assert aws("s3api", "put-object", "--bucket", "pages", "--key", "k", "--body", "page").returncode == 0
    ended = aws("s3api", "get-object", "--bucket", "pages", "--key", "k", "copy")
    assert json.loads(ended.stdout)["ContentLength"] == 6
    assert (tmp_path / "copy").read_bytes() == b"\x00<h1>\xff"


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (("sqs", "get-queue-url", "--queue-name", "nowhere"), 1, ["GetQueueUrl: AWS.SimpleQueueService.NonExistent"]),
        (("sqs", "get-queue-url"), 1, ["GetQueueUrl: Parameter validation failed", '"QueueName"']),
        (("--endpoint-url", "http://127.0.0.1:1", "sqs", "list-queues"), 1, ["ListQueues", "http://127.0.0.1:1"]),
        (("sqs", "get-queue", "--queue-name", "a"), 2, ["no operation 'get-queue'", "get-queue-url"]),
        (("sqs", "get-queue-url", "--queue", "a"), 2, ["no option --queue", "--queue-name"]),
        (("kms", "create-key"), 2, ["no service 'kms'", "dynamodb"]),
        (("s3", "mb"), 2, ["s3://BUCKET"]),
        (("s3api", "put-object", "--bucket", "b", "--key", "k", "--body", "gone"), 2, ["--body", "'gone'"]),
        (("s3api", "get-object", "--bucket", "b", "--key", "k"), 2, ["name of a file"]),
        (("sts", "get-caller-identity", "--query", "a["), 2, ["JMESPath"]),
        (("sts", "get-caller-identity", "--output", "text"), 2, ["--query"]),
        (("sts", "get-caller-identity", "--output", "table"), 2, ["json or text"]),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_what_goes_wrong_is_one_line_and_a_status(
    aws: Aws, arguments: tuple[str, ...], status: int, words: list[str]
) -> None:
    ended = aws(*arguments)
    assert (ended.returncode, ended.stdout) == (status, "")
    assert len(ended.stderr.splitlines()) == 1
    assert all(word in ended.stderr for word in words), ended.stderr


def test_region_account_and_nothing_of_the_users_configuration(aws: Aws, tmp_path: Path) -> None:
    (tmp_path / "config").write_text("[default]\nregion = eu-north-1\nendpoint_url = http://127.0.0.1:1\n")
    identity = aws(
        "sts", "get-caller-identity", "--query", "Account", "--output", "text",
        AWS_PROFILE="missing", AWS_CONFIG_FILE=str(tmp_path / "config"), AWS_ACCESS_KEY_ID="123456789012",
        HTTP_PROXY="http://127.0.0.1:1",
    )  # fmt: skip
    assert identity.stdout == "123456789012\n"
    aws("dynamodb", "create-table", "--table-name", "here", "--billing-mode", "PAY_PER_REQUEST",
        "--attribute-definitions", "AttributeName=id,AttributeType=S", "--key-schema",
        "AttributeName=id,KeyType=HASH", AWS_DEFAULT_REGION="eu-west-1")  # fmt: skip
    names = ("dynamodb", "list-tables", "--query", "TableNames", "--output", "text")
    assert aws(*names, "--region", "eu-west-1").stdout == "here\n"
    assert aws(*names).stdout == "\n"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), ["SERVICE OPERATION", "--endpoint-url", "s3api"]),
        (("--help",), ["SERVICE OPERATION"]),
        (("sqs",), ["create-queue"]),
        (("sqs", "help"), ["send-message"]),
        (("dynamodb", "create-table", "--help"), ["--table-name  string (required)", "PROVISIONED | PAY_PER_REQUEST"]),
        (("s3api", "get-object", "--help"), ["OPTIONS FILE"]),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_help(aws: Aws, arguments: tuple[str, ...], words: list[str]) -> None:
    ended = aws(*arguments)
    assert ended.returncode == 0
    assert all(word in ended.stdout for word in words), ended.stdout
