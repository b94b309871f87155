"""What the tests of this folder ask with, beside boto3: raw HTTP, and refusals that are expected."""

from __future__ import annotations

import http.client
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple

import pytest
from botocore.exceptions import ClientError

from emu.testing import Emulator


class Answer(NamedTuple):
    """``headers`` by lower-case name."""

    status: int
    headers: dict[str, str]
    body: bytes


def ask(
    emulator: Emulator, method: str, path: str, body: bytes | Iterator[bytes] = b"", headers: Mapping[str, str] = {}
) -> Answer:
    """One request, sent as it is: nothing is signed, encoded or cleaned. An iterator is sent in HTTP chunks."""
    connection = http.client.HTTPConnection("127.0.0.1", emulator.port, timeout=10)
    try:
        connection.putrequest(method, path, skip_host=any(name.lower() == "host" for name in headers))
        for name, value in headers.items():
            connection.putheader(name, value)
        if isinstance(body, bytes):
            connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body)
        else:
            connection.putheader("Transfer-Encoding", "chunked")
            connection.endheaders(body, encode_chunked=True)
        response = connection.getresponse()
        return Answer(response.status, {name.lower(): value for name, value in response.getheaders()}, response.read())
    finally:
        connection.close()


def signed_for(service: str, *, access_key: str = "test", region: str = "us-east-1") -> dict[str, str]:
    """A header that names whose call it is, as any signature does; emu doesn't verify the rest."""
    scope = f"{access_key}/20260101/{region}/{service}/aws4_request"
    return {"Authorization": f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0"}


@contextmanager
def refused(code: str, status: int) -> Iterator[dict[str, Any]]:
    """Expects a refusal; yields what will hold the error's response once it was raised."""
    response: dict[str, Any] = {}
    with pytest.raises(ClientError) as caught:
        yield response
    response.update(caught.value.response)
    assert (response["Error"]["Code"], response["ResponseMetadata"]["HTTPStatusCode"]) == (code, status)
