"""The part of the state that a call is about: a service, a namespace, or everything."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from emu.control.arguments import Members
from emu.control.endpoints import Parameter, Schema
from storage.scope import Scope

SERVICES = ("s3", "sqs", "dynamodb")

PROPERTIES: Mapping[str, Schema] = {
    "service": {"enum": list(SERVICES)},
    "account": {"type": "string", "pattern": "^[0-9]{12}$"},
    "region": {"type": "string", "pattern": "^[a-z0-9-]{2,32}$", "description": "One region of the account."},
}
SCOPE = {
    "type": "object",
    "additionalProperties": False,
    "properties": PROPERTIES,
    "dependentRequired": {"region": ["account"]},
}
PARAMETERS = (
    Parameter("service", "Only this service.", PROPERTIES["service"]),
    Parameter("account", "Only this account.", PROPERTIES["account"]),
    Parameter("region", "Only this region of the account.", PROPERTIES["region"]),
)


def taken_scope(members: Members) -> Scope:
    """The members that say which part is meant; everything without them. Others are left."""
    scope = Scope(
        members.take("service", _service, None),
        members.take("account", _account, None),
        members.take("region", _region, None),
    )
    if scope.region is not None and scope.account is None:
        raise members.refuse("region", "means something only beside an account.")
    return scope


def _service(value: Any) -> str:
    if value not in SERVICES:
        raise ValueError(f"one of {', '.join(SERVICES)}")
    return str(value)


def _account(value: Any) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"[0-9]{12}", value):
        raise ValueError("twelve digits")
    return value


def _region(value: Any) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"[a-z0-9-]{2,32}", value):
        raise ValueError("a region's name such as us-east-1")
    return value
