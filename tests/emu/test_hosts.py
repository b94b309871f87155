from __future__ import annotations

import pytest

from emu.hosts import virtual_hosts

bucket = virtual_hosts(["emu.test"])


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("logs.localhost", "logs"),
        ("logs.localhost:4566", "logs"),
        ("logs.s3.localhost:4566", "logs"),
        ("logs.s3.us-east-1.localhost", "logs"),
        ("logs.s3-eu-west-1.localhost", "logs"),
        ("logs.s3.amazonaws.com", "logs"),
        ("logs.s3.eu-central-1.amazonaws.com", "logs"),
        ("logs.s3.dualstack.eu-central-1.amazonaws.com", "logs"),
        ("with.dots.s3.us-east-1.localhost", "with.dots"),
        ("with.dots.localhost", "with.dots"),
        ("Logs.LocalHost", "logs"),
        ("logs.s3.localhost.localstack.cloud:4566", "logs"),
        ("logs.localhost.localstack.cloud", "logs"),
        ("logs.emu.test", "logs"),
        ("logs.s3.emu.test", "logs"),
        ("localhost:4566", None),
        ("s3.localhost", None),
        ("s3.us-east-1.localhost", None),
        ("s3.amazonaws.com", None),
        ("s3.eu-west-1.amazonaws.com", None),
        ("localhost.localstack.cloud:4566", None),
        ("s3.localhost.localstack.cloud", None),
        ("emu.test", None),
        ("127.0.0.1:4566", None),
        ("host.docker.internal:4566", None),
        ("emu.default.svc.cluster.local", None),
        ("kumo:4566", None),
        ("[::1]:4566", None),
        ("", None),
    ],
)
def test_which_bucket_a_host_names(host: str, expected: str | None) -> None:
    assert bucket(host) == expected
