"""The user's own boto3, by its default session, within and outside of a test that uses emu."""

from __future__ import annotations

import boto3
import pytest

from emu.testing.guards import environment
from emu.testing.sdk import client, default_session, resource


def test_the_default_session_is_emus_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    boto3.setup_default_session(aws_access_key_id="real", aws_secret_access_key="real", region_name="eu-west-1")
    users = boto3.DEFAULT_SESSION
    for _ in range(2):
        with environment("http://127.0.0.1:1"), default_session():
            found = boto3.client("sqs")
            assert found.meta.endpoint_url == "http://127.0.0.1:1"
            assert found.meta.region_name == "us-east-1"
            assert found._request_signer._credentials.access_key == "test"
            boto3.setup_default_session(region_name="ap-south-1")
        assert boto3.DEFAULT_SESSION is users


def test_clients_come_from_one_session_that_knows_no_profile(monkeypatch: pytest.MonkeyPatch) -> None:
    with environment("http://127.0.0.1:1"):
        assert client("sqs").meta.events is not client("sqs").meta.events
        assert resource("s3").meta.client.meta.endpoint_url == "http://127.0.0.1:1"
    monkeypatch.setenv("AWS_PROFILE", "nowhere")
    with pytest.raises(Exception, match="nowhere"):
        client("sqs", region_name="us-east-1")
