"""The server under observation: boto3 clients and a raw HTTP client, both of which give up rather than hang."""

import http.client
import os
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import boto3
import botocore.session
from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials

REGION = "us-east-1"
ACCESS_KEY = "test"
SECRET_KEY = "test"
CONNECT_TIMEOUT_SECONDS = 3
READ_TIMEOUT_SECONDS = 15


@dataclass(frozen=True)
class RawResponse:
    """An HTTP response as it came; header names are lower-case."""

    status: int
    headers: dict[str, str]
    body: bytes


class Target:
    """One endpoint, such as `http://127.0.0.1:4566`. Its clients are shared by all cases and threads."""

    def __init__(self, endpoint: str, connections: int = 8) -> None:
        self.endpoint = endpoint.rstrip("/")
        self.netloc = urlsplit(self.endpoint).netloc
        self._connections = connections
        self._session = _session()
        self.s3 = self.client("s3")
        self.sqs = self.client("sqs")
        self.dynamodb = self.client("dynamodb")
        self.sts = self.client("sts")

    def client(self, service: str) -> Any:
        """A plain boto3 client: path style, no retries, nothing checked on the client's side."""
        config = Config(
            connect_timeout=CONNECT_TIMEOUT_SECONDS,
            read_timeout=READ_TIMEOUT_SECONDS,
            retries={"total_max_attempts": 1},
            parameter_validation=False,
            max_pool_connections=self._connections,
            s3={"addressing_style": "path"},
        )
        return self._session.client(service, endpoint_url=self.endpoint, config=config)

    def http(self, method: str, path: str, headers: dict[str, str], body: bytes, sign: str | None) -> RawResponse:
        """Send exactly this; `sign` names the service of a Signature Version 4 scope, None sends no signature."""
        headers = {"host": self.netloc} | {name.lower(): value for name, value in headers.items()}
        if sign:
            headers = _signed(method, path, headers, body, sign)
        connection = http.client.HTTPConnection(self.netloc, timeout=READ_TIMEOUT_SECONDS)
        try:
            connection.request(method, path, body=body or None, headers=headers)
            response = connection.getresponse()
            received = {name.lower(): value for name, value in response.getheaders()}
            return RawResponse(response.status, received, response.read())
        finally:
            connection.close()


def _session() -> Any:
    """A session that no profile or configuration file of this machine reaches."""
    core = botocore.session.Session()
    core.set_config_variable("config_file", os.devnull)
    core.set_config_variable("credentials_file", os.devnull)
    return boto3.session.Session(
        botocore_session=core,
        aws_access_key_id=ACCESS_KEY,
        aws_secret_access_key=SECRET_KEY,
        region_name=REGION,
    )


def _signed(method: str, path: str, headers: dict[str, str], body: bytes, service: str) -> dict[str, str]:
    request = AWSRequest(method=method, url=f"http://{headers['host']}{path}", data=body, headers=headers)
    auth = S3SigV4Auth if service == "s3" else SigV4Auth
    auth(Credentials(ACCESS_KEY, SECRET_KEY), service, REGION).add_auth(request)
    return dict(request.headers.items())
