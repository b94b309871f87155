"""Which operations name a resource or a key at all: a rule with one can meet no others."""

from __future__ import annotations

from collections.abc import Mapping

from emu.wire.model import load

_NAMED_BY: Mapping[str, frozenset[str]] = {
    "resource": frozenset({"QueueName", "QueueUrl", "TableName", "RequestItems", "TransactItems", "Bucket"}),
    "key": frozenset({"Key"}),
}
"""The members of a request that :mod:`emu.resources` reads, by the rule's member."""


def can_name(member: str, service: str, operation: str) -> bool:
    """Whether a request of the operation may name what a rule's ``resource`` or ``key`` is compared with."""
    model = load(service)
    shape = model.operations[operation].input
    return shape is not None and not _NAMED_BY[member].isdisjoint(model.shapes[shape].members)
