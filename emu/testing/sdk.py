"""boto3 as tests need it: clients from one session, since making a session takes longer than many a test.

A client may be shared by threads, a session may not while it makes one, so they are made one at a time:
https://docs.aws.amazon.com/boto3/latest/guide/session.html
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from threading import Lock
from typing import Any

_MAKING = Lock()
_READ_ONCE = (
    "AWS_PROFILE",
    "AWS_DEFAULT_PROFILE",
    "AWS_CONFIG_FILE",
    "AWS_SHARED_CREDENTIALS_FILE",
    "AWS_DATA_PATH",
)
"""What a session reads when it is made and not again; everything else it reads for each client."""


def client(service: str, **options: Any) -> Any:
    """:func:`boto3.client`, from the shared session."""
    with _MAKING:
        return _session().client(service, **options)


def resource(service: str, **options: Any) -> Any:
    """:func:`boto3.resource`, from the shared session."""
    with _MAKING:
        return _session().resource(service, **options)


@contextmanager
def default_session() -> Iterator[None]:
    """While this lasts, boto3's default session is one that knows of emu alone.

    Otherwise the user's code would go on with credentials that the default session has found before, and tests of the
    same run that have nothing to do with emu with emu's. Nothing happens before boto3 is loaded.
    """
    before = None
    if "boto3" in sys.modules:
        boto3: Any = sys.modules["boto3"]
        before = boto3.DEFAULT_SESSION
        with _MAKING:
            boto3.DEFAULT_SESSION = _session()
    try:
        yield
    finally:
        if "boto3" in sys.modules:
            boto3 = sys.modules["boto3"]
            boto3.DEFAULT_SESSION = before


def _session() -> Any:
    return _session_with(tuple(os.environ.get(name) for name in _READ_ONCE))


@cache
def _session_with(_: tuple[str | None, ...]) -> Any:
    import boto3

    return boto3.session.Session()
