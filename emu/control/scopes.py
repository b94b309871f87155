"""The part of the state that a call is about: a service, a namespace, or everything."""

from __future__ import annotations

from collections.abc import Mapping

from emu.control.arguments import Members, account, one_of, region
from emu.control.endpoints import ACCOUNT, REGION, Parameter, Schema
from storage.scope import Scope

SERVICES = ("s3", "sqs", "dynamodb")

PROPERTIES: Mapping[str, Schema] = {
    "service": {"enum": list(SERVICES)},
    "account": ACCOUNT,
    "region": {**REGION, "description": "One region of the account."},
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
        members.take("service", one_of(*SERVICES), None),
        members.take("account", account, None),
        members.take("region", region, None),
    )
    if scope.region is not None and scope.account is None:
        raise members.refuse("region", "means something only beside an account.")
    return scope
