"""What users of Kumo's image have: its compose file, its arguments, and init scripts that call its client."""

from __future__ import annotations

from pathlib import Path

import pytest

from emu.settings import resolve
from emu.testing import Emulator
from tests.container.conftest import free_port, probe, run

# The service in the compose file that Kumo's repository has, but for its image.
KUMOS_SERVICE = {
    "ports": ["4566:4566"],
    "environment": ["KUMO_HOST=0.0.0.0", "KUMO_PORT=4566", "KUMO_LOG_LEVEL=debug"],
    "healthcheck": {
        "test": ["CMD", "wget", "-q", "--spider", "http://localhost:4566/health"],
        "interval": "5s",
        "timeout": "3s",
        "retries": 5,
    },
}

# Every sub-command that Kumo v0.18's client has for these services, as its users write them.
INIT_SCRIPT = """\
#!/bin/sh
set -e
until wget -q --spider http://localhost:{port}/health; do
  sleep 0.1
done
kumo s3 mb s3://uploads
kumo s3api put-object --bucket uploads --key incoming/ --content-length 0
kumo --region us-east-1 sqs create-queue --queue-name jobs --attributes '{{"VisibilityTimeout":"60"}}'
kumo dynamodb create-table \\
  --table-name users \\
  --attribute-definitions AttributeName=id,AttributeType=S --attribute-definitions AttributeName=mail,AttributeType=S \\
  --key-schema AttributeName=id,KeyType=HASH \\
  --provisioned-throughput ReadCapacityUnits=5,WriteCapacityUnits=5 \\
  --global-secondary-indexes '[{{"IndexName":"by-mail","KeySchema":[{{"AttributeName":"mail","KeyType":"HASH"}}],\
"Projection":{{"ProjectionType":"ALL"}},"ProvisionedThroughput":{{"ReadCapacityUnits":5,"WriteCapacityUnits":5}}}}]' \\
  --table-class STANDARD --region us-east-1
kumo dynamodb update-time-to-live --table-name users \\
  --time-to-live-specification '{{"Enabled":"true","AttributeName":"ttl"}}'
"""


def test_kumos_settings_mean_the_same() -> None:
    environment = dict(entry.split("=", 1) for entry in KUMOS_SERVICE["environment"])
    settings = resolve({}, environment)
    assert (settings.host, settings.port, settings.log_level) == ("0.0.0.0", 4566, "debug")
    assert settings.data_dir is None
    assert settings.warnings == ()


def test_kumos_health_check_passes(wget: str) -> None:
    environment = dict(entry.split("=", 1) for entry in KUMOS_SERVICE["environment"])
    with Emulator(environment=environment) as emulator:
        assert run(probe(KUMOS_SERVICE, emulator.port), {}).returncode == 0
        emulator.stop()
        assert run(probe(KUMOS_SERVICE, emulator.port), {}).returncode != 0


@pytest.mark.parametrize("durable", [False, True], ids=["memory", "durable"])
def test_an_init_script_for_kumos_image_runs_unchanged(wget: str, path: str, tmp_path: Path, durable: bool) -> None:
    port = free_port()
    init = tmp_path / "init"
    init.mkdir()
    (init / "01-resources.sh").write_text(INIT_SCRIPT.format(port=port))
    (init / "02-says.sh").write_text("echo all is prepared\n")
    with Emulator(
        tmp_path / "state" if durable else None,
        port=port,
        arguments=["--init-dir", str(init)],
        environment={"PATH": path},
    ) as emulator:
        assert "all is prepared" in emulator.log
        s3, sqs, dynamodb = (emulator.client(service) for service in ("s3", "sqs", "dynamodb"))
        (entry,) = s3.list_objects_v2(Bucket="uploads")["Contents"]
        assert (entry["Key"], entry["Size"]) == ("incoming/", 0)
        url = sqs.get_queue_url(QueueName="jobs")["QueueUrl"]
        asked = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["VisibilityTimeout"])
        assert asked["Attributes"] == {"VisibilityTimeout": "60"}
        table = dynamodb.describe_table(TableName="users")["Table"]
        assert [index["IndexName"] for index in table["GlobalSecondaryIndexes"]] == ["by-mail"]
        assert [entry["AttributeName"] for entry in table["AttributeDefinitions"]] == ["id", "mail"]
        ttl = dynamodb.describe_time_to_live(TableName="users")["TimeToLiveDescription"]
        assert ttl == {"TimeToLiveStatus": "ENABLED", "AttributeName": "ttl"}
