"""What may happen to a call, kind by kind: which calls it can happen to, and how."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from emu.errors import INTERNAL_ERROR
from emu.faults.batches import can_be_split, fail_partly, leave_unprocessed
from emu.faults.call import Call, Result
from emu.faults.delivery import can_be_disordered, disorder
from emu.faults.refusals import THROTTLING, injected, known
from emu.faults.rules import Rule
from services.dynamodb import errors as dynamodb_errors
from services.dynamodb.transactions import NO_REASON
from services.errors import Refusal

Operations = Mapping[str, frozenset[str]]
"""By service."""


def _refuse(rule: Rule, call: Call) -> Result:
    options = rule.options
    refusal = known(call.ctx.service, call.ctx.operation)[options["code"]]
    raise injected(refusal, rule.id, options.get("status"), options.get("message"))


def _throttle(rule: Rule, call: Call) -> Result:
    raise THROTTLING[call.ctx.service]()


def _nothing_else(rule: Rule, call: Call) -> Result:
    """Every kind may be delayed; this one is nothing but the delay."""
    return call.run()


def _reset_before(rule: Rule, call: Call) -> Result:
    call.cut = "reset"
    raise INTERNAL_ERROR()  # nobody sees it


def _reset_after(rule: Rule, call: Call) -> Result:
    call.cut = "reset"
    return call.run()


def _truncate(rule: Rule, call: Call) -> Result:
    call.cut = "half"
    return call.run()


_CONFLICT = Refusal(
    "emu.fault", "TransactionConflictException", 400, "Transaction is ongoing for the item", query_code=None
)


def _conflict(rule: Rule, call: Call) -> Result:
    actions = call.members.get("TransactItems")
    if not actions:
        raise _CONFLICT()
    reasons = [{"Code": "TransactionConflict", "Message": _CONFLICT.message}] + [NO_REASON] * (len(actions) - 1)
    codes = ", ".join(reason["Code"] for reason in reasons)
    raise dynamodb_errors.TRANSACTION_CANCELLED(codes=codes, reasons=reasons)


def _always(call: Call) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Kind:
    """operations: those that it can happen to; None for all. act: carries it out instead of the call. None for a
    kind that isn't about a call, or that happens once the call has its result. can_happen: looks at the state first."""

    summary: str
    operations: Operations | None = None
    act: Callable[[Rule, Call], Result] | None = None
    can_happen: Callable[[Call], bool] = _always

    def services(self) -> frozenset[str] | None:
        """None for all."""
        return None if self.operations is None else frozenset(self.operations)


_RECEIVE = {"sqs": frozenset({"ReceiveMessage"})}
_TRANSACTABLE = {
    "dynamodb": frozenset({"PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems", "TransactGetItems"})
}
_DYNAMODB_BATCHES = {"dynamodb": frozenset({"BatchWriteItem", "BatchGetItem"})}
_OTHER_BATCHES = {
    "sqs": frozenset({"SendMessageBatch", "DeleteMessageBatch", "ChangeMessageVisibilityBatch"}),
    "s3": frozenset({"DeleteObjects"}),
}

KINDS: Mapping[str, Kind] = {
    "error": Kind("The call is refused with an error code.", act=_refuse),
    "throttling": Kind("The call is refused as the service throttles.", act=_throttle),
    "latency": Kind("The call begins later.", act=_nothing_else),
    "reset-before-commit": Kind("The connection is reset, the call has no effect.", act=_reset_before),
    "lost-acknowledgement": Kind("The call is carried out, then the connection is reset.", act=_reset_after),
    "truncated-body": Kind("The answer's body stops half way.", act=_truncate),
    "duplicate-delivery": Kind("What is received is delivered once more.", _RECEIVE),
    "disorder": Kind("What is received comes out of order.", _RECEIVE, disorder, can_be_disordered),
    "transaction-conflict": Kind("A transaction is in the way.", _TRANSACTABLE, _conflict),
    "unprocessed": Kind("Part of a batch comes back unprocessed.", _DYNAMODB_BATCHES, leave_unprocessed, can_be_split),
    "partial-batch-failure": Kind("Part of a batch fails.", _OTHER_BATCHES, fail_partly, can_be_split),
    "crash": Kind("The server kills itself at a commit."),
}
DUPLICATE = "duplicate-delivery"
CRASH = "crash"
