"""A test under emu can't reach the real AWS, and leaves the environment as it was."""

from __future__ import annotations

import os
import socket

import pytest

from emu.testing.guards import RealAwsRefused, SocketGuard, environment, is_real_aws, led_elsewhere


@pytest.mark.parametrize(
    ("host", "real"),
    [
        ("sqs.us-east-1.amazonaws.com", True),
        ("bucket.s3.eu-west-1.amazonaws.com.", True),
        ("AMAZONAWS.COM", True),
        ("s3.cn-north-1.amazonaws.com.cn", True),
        ("s3.dualstack.us-east-1.api.aws", True),
        ("169.254.169.254", True),
        ("169.254.170.2", True),
        ("fd00:ec2::254", True),
        ("localhost", False),
        ("127.0.0.1", False),
        ("amazonaws.com.example.org", False),
        ("notamazonaws.com", False),
        ("bucket.s3.us-east-1.localhost", False),
    ],
)
def test_what_is_the_real_aws(host: str, real: bool) -> None:
    assert is_real_aws(host) is real


def test_the_environment_leads_to_emu_and_is_restored(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "production")
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "https://elsewhere")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "real")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "2")
    monkeypatch.delenv("AWS_REGION", raising=False)
    monkeypatch.setenv("NO_PROXY", "intranet")
    monkeypatch.delenv("no_proxy", raising=False)
    before = dict(os.environ)
    with environment("http://127.0.0.1:1234"):
        monkeypatch.setenv("SET_BY_THE_TEST", "1")
        assert os.environ["AWS_ENDPOINT_URL"] == "http://127.0.0.1:1234"
        assert os.environ["AWS_SECRET_ACCESS_KEY"] == "test"
        assert os.environ["AWS_EC2_METADATA_DISABLED"] == "true"
        assert os.environ["AWS_MAX_ATTEMPTS"] == "2"
        assert os.environ["NO_PROXY"] == "intranet,127.0.0.1,localhost"
        assert "AWS_PROFILE" not in os.environ
        assert "AWS_ENDPOINT_URL_S3" not in os.environ
    assert dict(os.environ) == {**before, "SET_BY_THE_TEST": "1"}


def test_what_leads_elsewhere_is_named() -> None:
    here = "http://127.0.0.1:1234"
    with environment(here), pytest.MonkeyPatch.context() as changed:
        assert led_elsewhere(here) is None
        changed.setenv("AWS_ENDPOINT_URL_SQS", here)
        assert led_elsewhere(here) is None
        changed.setenv("AWS_ENDPOINT_URL_S3", "http://minio:9000")
        assert led_elsewhere(here) == (
            "A fixture of this test has set AWS_ENDPOINT_URL_S3 to http://minio:9000: clients made with that don't lead"
            f" to emu at {here}."
        )
        changed.delenv("AWS_ENDPOINT_URL")
        assert "and has taken AWS_ENDPOINT_URL away: " in str(led_elsewhere(here))


def test_names_and_addresses_of_the_real_aws_are_refused() -> None:
    guard = SocketGuard()
    with guard.on():
        with pytest.raises(RealAwsRefused, match=r"real AWS at sqs\.us-east-1\.amazonaws\.com"):
            socket.getaddrinfo("sqs.us-east-1.amazonaws.com", 443)
        with pytest.raises(RealAwsRefused), socket.socket() as sock:
            sock.connect(("169.254.169.254", 80))
        with pytest.raises(RealAwsRefused), socket.socket() as sock:
            sock.connect_ex(("169.254.170.2", 80))
        assert socket.getaddrinfo("127.0.0.1", 80)
    assert guard.refused == ["sqs.us-east-1.amazonaws.com", "169.254.169.254", "169.254.170.2"]
    assert "connect" not in vars(socket.socket)
