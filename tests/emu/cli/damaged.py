"""A data directory of the real program, left by a kill, and a way to run emu's commands on it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from emu.testing import Emulator


def killed_directory(path: Path, messages: int = 10) -> Path:
    """A bucket with an object, a table, and a queue with messages ``m0``, ``m1``, … one record each, then SIGKILL."""
    with Emulator(path, arguments=["--flush-interval-ms", "0"]) as emulator:
        s3, sqs, dynamodb = (emulator.client(name) for name in ("s3", "sqs", "dynamodb"))
        s3.create_bucket(Bucket="pages")
        s3.put_object(Bucket="pages", Key="large", Body=bytes(100_000))
        s3.put_object(Bucket="pages", Key="small", Body=b"small")
        dynamodb.create_table(
            TableName="seen",
            KeySchema=[{"AttributeName": "lsn", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "lsn", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        dynamodb.put_item(TableName="seen", Item={"lsn": {"S": "a name that looks like a record's"}})
        url = sqs.create_queue(QueueName="frontier")["QueueUrl"]
        for number in range(messages):
            sqs.send_message(QueueUrl=url, MessageBody=f"m{number}")
        emulator.kill()
    return path


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "emu", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def harm_message(path: Path, text: str) -> None:
    """Flips a bit in the record that sent a message."""
    [segment] = (path / "emu" / "journal").glob("*.jsonl")
    data = bytearray(segment.read_bytes())
    data[data.index(f'"{text}"'.encode()) + 1] ^= 1
    segment.write_bytes(data)
