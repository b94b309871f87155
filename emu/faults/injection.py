"""The rules in force, and what the gateway and the world ask them."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable, Mapping, Sequence
from inspect import isawaitable
from typing import Any

from emu import log
from emu.events import Events
from emu.faults.call import Call, Cut, Result
from emu.faults.delivery import duplicate, standard_queue_of
from emu.faults.kinds import CRASH, DUPLICATE, KINDS
from emu.faults.rules import Rule
from emu.resources import addressed
from services.context import Context
from services.operation import Operation
from storage.store import Store


def _kill() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class Faults:
    """rules: those for calls, oldest first; crashes: those that kill the server. Both None while there are none: that
    comparison is all that a request pays then. cuts: what is to happen to answers, by request id.

    kill: ends the process; a test puts something else in its place. leave_word: is told what ends it, right before.
    """

    def __init__(self, events: Events, kill: Callable[[], None] = _kill) -> None:
        self.rules: list[Rule] | None = None
        self.crashes: list[Rule] | None = None
        self.cuts: dict[str, Cut] = {}
        self._all: dict[str, Rule] = {}
        self.leave_word: Callable[[Mapping[str, Any]], None] = lambda words: None
        self._events = events
        self._kill = kill
        self._number = 0
        self._duplicated: dict[str, set[str]] = {}
        self._dying: asyncio.Task[None] | None = None

    # The rules

    def list(self) -> list[Rule]:
        """All of them, oldest first."""
        return [*self._all.values()]

    def next_id(self) -> str:
        """An id that no rule of this process had."""
        self._number += 1
        return f"fault-{self._number}"

    def add(self, rule: Rule) -> None:
        self._all[rule.id] = rule
        self._sort()

    def remove(self, rule_id: str) -> Rule | None:
        rule = self._all.pop(rule_id, None)
        self._duplicated.pop(rule_id, None)
        self._sort()
        return rule

    def clear(self) -> int:
        """Removes all; how many there were."""
        removed = len(self._all)
        self._all.clear()
        self._duplicated.clear()
        self._sort()
        return removed

    def _sort(self) -> None:
        self.rules = [rule for rule in self._all.values() if rule.kind != CRASH] or None
        self.crashes = [rule for rule in self._all.values() if rule.kind == CRASH] or None

    # Calls

    def carry_out(self, operation: Operation, ctx: Context, members: dict[str, Any]) -> Result:
        """The operation's result, or what the oldest rule that hits makes of it. All that match have counted it."""
        call = Call(ctx, operation, members)
        acting: Rule | None = None
        doubling: list[Rule] = []
        for rule in self.rules or ():
            if not _meets(rule, call):
                continue
            if rule.kind == DUPLICATE:
                doubling.append(rule)
            elif acting is not None:
                rule.calls += 1
            elif rule.hit():
                acting = rule
        if acting is None:
            result = call.run()
        else:
            self._tell(acting, call)
            result = self._act_later(acting, call) if acting.latency_s else self._act(acting, call)
        return self._double(doubling, call, result) if doubling else result

    async def _act_later(self, rule: Rule, call: Call) -> dict[str, Any]:
        await asyncio.sleep(rule.latency_s)
        # Others were there meanwhile.
        result = self._act(rule, call) if KINDS[rule.kind].can_happen(call) else call.run()
        return await result if isawaitable(result) else result

    def _act(self, rule: Rule, call: Call) -> Result:
        act = KINDS[rule.kind].act
        assert act is not None
        try:
            return act(rule, call)
        finally:
            if call.cut is not None:
                self.cuts[call.ctx.request_id] = call.cut

    async def _double(self, rules: Sequence[Rule], call: Call, result: Result) -> dict[str, Any]:
        """A receive that gives out something the rule hasn't doubled yet counts; an empty one doesn't."""
        received = await result if isawaitable(result) else result
        happened = False
        for rule in rules:
            doubled = self._duplicated.setdefault(rule.id, set())
            fresh = [message for message in received.get("Messages", ()) if message["MessageId"] not in doubled]
            if not fresh or standard_queue_of(call) is None:
                continue
            if happened:
                rule.calls += 1
            elif rule.hit():
                happened = True
                doubled.update(message["MessageId"] for message in fresh)
                duplicate(rule, call, {"Messages": fresh})
                self._tell(rule, call)
                await asyncio.sleep(rule.latency_s)
        return received

    def _tell(self, rule: Rule, call: Call) -> None:
        ctx, named = call.ctx, addressed(call.ctx.service, call.members)
        self._events.add(
            "fault",
            rule.kind,
            rule=rule.id,
            hit=rule.hits,
            request_id=ctx.request_id,
            service=ctx.service,
            operation=ctx.operation,
            account=ctx.account,
            region=ctx.region,
            resource=named.names[0] if named.names else None,
            **({"resources": list(named.names)} if len(named.names) > 1 else {}),
            **({"key": named.key} if named.key is not None else {}),
            **({"latency_ms": rule.options["latency_ms"]} if rule.latency_s else {}),
        )

    # Crashes

    def before_commit(self, lsn: int, store: Store) -> None:
        """The record with this number is about to be made."""
        for rule in self.crashes or ():
            if rule.options["lsn"] != lsn:
                continue
            if rule.options["when"] == "before-flush":
                self._crash(rule)
            elif self._dying is None:
                self._dying = asyncio.ensure_future(self._crash_after(rule, store))

    def before_answer(self, store: Store) -> None:
        """An answer is about to leave: it doesn't, if the record after which the server is to die is on disk."""
        for rule in self.crashes or ():
            if rule.options["when"] == "after-flush" and _is_reached(rule, store):
                self._crash(rule)

    async def _crash_after(self, rule: Rule, store: Store) -> None:
        # The record is made in this turn of the loop, right behind the call that began this task.
        await store.durable(rule.options["lsn"])
        self._crash(rule)

    def _crash(self, rule: Rule) -> None:
        rule.hits += 1
        words = {"rule": rule.id, "lsn": rule.options["lsn"], "when": rule.options["when"]}
        log.warning("a fault kills the server", **words)
        self.leave_word({"fault": CRASH, **words})
        self._kill()


def _meets(rule: Rule, call: Call) -> bool:
    """Whether the call is one that the rule's kind can happen to, and one that the rule is for."""
    kind, ctx = KINDS[rule.kind], call.ctx
    return (
        (kind.operations is None or ctx.operation in kind.operations.get(ctx.service, ()))
        and rule.matches(ctx, call.members)
        and kind.can_happen(call)
    )


def _is_reached(rule: Rule, store: Store) -> bool:
    lsn = rule.options["lsn"]
    return store.lsn >= lsn and store.is_durable(lsn)
