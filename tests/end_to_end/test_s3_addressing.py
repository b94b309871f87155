"""Which bucket a request is for: by path, and by virtual host.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html
"""

from __future__ import annotations

from typing import Any

import pytest
from botocore.config import Config

from emu.testing import Emulator
from tests.end_to_end.asking import ask

HOSTS = [
    "{bucket}.localhost",
    "{bucket}.localhost:4566",
    "{bucket}.s3.localhost",
    "{bucket}.s3.us-east-1.localhost",
    "{bucket}.s3-us-east-1.localhost",
    "{bucket}.s3.amazonaws.com",
    "{bucket}.s3.eu-central-1.amazonaws.com",
    "{bucket}.s3.localhost.localstack.cloud:4566",
    "{bucket}.localhost.localstack.cloud",
]


@pytest.mark.parametrize("host", HOSTS)
def test_a_virtual_host(emulator: Emulator, s3: Any, bucket: str, host: str) -> None:
    headers = {"Host": host.format(bucket=bucket)}
    assert ask(emulator, "PUT", "/a//b", b"x", headers).status == 200
    assert s3.get_object(Bucket=bucket, Key="a//b")["Body"].read() == b"x"
    assert ask(emulator, "GET", "/a//b", headers=headers).body == b"x"
    listing = ask(emulator, "GET", "/?list-type=2", headers=headers)
    assert f"<Name>{bucket}</Name>".encode() in listing.body
    assert b"<Key>a//b</Key>" in listing.body


def test_a_bucket_with_dots(emulator: Emulator, s3: Any, name: str) -> None:
    bucket = f"{name}.with.dots"
    assert ask(emulator, "PUT", "/", headers={"Host": f"{bucket}.s3.localhost"}).status == 200
    assert s3.head_bucket(Bucket=bucket)["ResponseMetadata"]["HTTPStatusCode"] == 200


@pytest.mark.parametrize("host", ["host.docker.internal", "emu.default.svc.cluster.local:4566", "kumo", "127.0.0.1"])
def test_any_other_host_says_nothing(emulator: Emulator, s3: Any, bucket: str, host: str) -> None:
    s3.put_object(Bucket=bucket, Key="page", Body=b"x")
    assert ask(emulator, "GET", f"/{bucket}/page", headers={"Host": host}).body == b"x"


@pytest.mark.parametrize("host", ["localhost", "s3.localhost:4566", "s3.amazonaws.com", "s3.us-east-1.amazonaws.com"])
def test_hosts_of_s3_itself(emulator: Emulator, bucket: str, host: str) -> None:
    answer = ask(emulator, "GET", "/", headers={"Host": host})
    assert f"<Name>{bucket}</Name>".encode() in answer.body
    assert b"<ListAllMyBucketsResult" in answer.body


def test_boto3_by_virtual_host(emulator: Emulator, s3: Any, bucket: str) -> None:
    """The name is resolved here by hand: not every machine finds names below localhost."""
    virtual = Config(s3={"addressing_style": "virtual"})
    client = emulator.client("s3", endpoint_url=f"http://s3.localhost:{emulator.port}", config=virtual)
    hosts: list[str] = []

    def send_to_emulator(request: Any, **_: Any) -> None:
        host = request.url.split("/")[2]
        hosts.append(host)
        request.headers["Host"] = host
        request.url = request.url.replace(host, f"127.0.0.1:{emulator.port}", 1)

    client.meta.events.register("before-send.s3", send_to_emulator)
    client.put_object(Bucket=bucket, Key="page", Body=b"x")
    assert hosts == [f"{bucket}.s3.localhost:{emulator.port}"]
    assert s3.get_object(Bucket=bucket, Key="page")["Body"].read() == b"x"


@pytest.mark.parametrize(("host", "base"), [("{bucket}.s3.localhost", ""), ("127.0.0.1", "/{bucket}")])
def test_the_address_of_an_object_in_parts(emulator: Emulator, s3: Any, bucket: str, host: str, base: str) -> None:
    """It is the one that the client used, and leads to the object."""
    headers, path = {"Host": host.format(bucket=bucket)}, base.format(bucket=bucket)
    key = "a dir/ü+.bin"
    upload = s3.create_multipart_upload(Bucket=bucket, Key=key)["UploadId"]
    part = s3.upload_part(Bucket=bucket, Key=key, UploadId=upload, PartNumber=1, Body=b"x")
    body = (
        "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber>"
        f"<ETag>{part['ETag']}</ETag></Part></CompleteMultipartUpload>"
    )
    answer = ask(emulator, "POST", f"{path}/a%20dir/%C3%BC%2B.bin?uploadId={upload}", body.encode(), headers)
    address = f"{path}/a+dir%2F%C3%BC%2B.bin"
    assert f"<Location>http://{headers['Host']}{address}</Location>".encode() in answer.body
    assert ask(emulator, "GET", address, headers=headers).body == b"x"
