"""Random calls on a standard and a FIFO queue with dead-letter queues, beside a model that is simple and slow.

The model keeps messages in a list and scans it. After each step the counts must agree and every message's phase must
have gone a way that the table of its queue's type has. At the end of a run the state is dumped and loaded, and
rebuilt from the changes as the journal would hold them.
"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import Any

import orjson
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from emu.world import World
from services.clock import ManualClock
from services.errors import ServiceError
from services.ids import SeededIds
from services.machine import NoHooks
from services.sqs.message import FIFO, STANDARD, Phase
from services.sqs.state import State

HOME = ("000000000000", "us-east-1")
RETENTION_MS = 60_000
MAX_RECEIVES = 3


@dataclass
class Kept:
    """The model's message."""

    body: str
    group: str
    sent_at: int
    visible_at: int
    queue: str = "jobs"
    handle: str = ""
    receives: int = 0
    order: int = 0


class QueueMachine(RuleBasedStateMachine):
    """Common to both types; ``suffix`` says which."""

    suffix = ""

    def __init__(self) -> None:
        super().__init__()
        self.clock = ManualClock()
        self.world = World(clock=self.clock, ids=SeededIds("model"))
        self.journal: list[Any] = []
        commit = self.world.store.commit

        def recorded(changes: Any, bodies: Any, **rest: Any) -> int:
            self.journal.append(orjson.loads(orjson.dumps(changes)))
            return commit(changes, bodies, **rest)

        self.world.store.commit = recorded  # type: ignore[method-assign]
        self.model: list[Kept] = []
        self.phases: dict[str, Phase] = {}
        self.count = 0
        self.purged_at = 0
        fifo = {"FifoQueue": "true"} if self.suffix else {}
        arn = f"arn:aws:sqs:us-east-1:000000000000:dead{self.suffix}"
        policy = orjson.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": MAX_RECEIVES}).decode()
        retention = {"MessageRetentionPeriod": str(RETENTION_MS // 1000)}
        self.call("CreateQueue", QueueName="dead" + self.suffix, Attributes={**fifo, **retention})
        attributes = {**fifo, **retention, "RedrivePolicy": policy}
        self.call("CreateQueue", QueueName="jobs" + self.suffix, Attributes=attributes)

    # The two sides

    @property
    def now(self) -> int:
        return self.clock.now_ms()

    @property
    def state(self) -> State:
        state: State = self.world.states["sqs"]  # type: ignore[assignment]
        return state

    def url(self, queue: str) -> str:
        return f"http://localhost:4566/000000000000/{queue}{self.suffix}"

    def call(self, operation: str, **request: Any) -> Any:
        entry = self.world.services["sqs"].operations[operation]
        return entry.run(self.world.context("sqs"), request)

    def refused(self, operation: str, **request: Any) -> str | None:
        """The code of the call's error; None for a call that succeeds."""
        try:
            self.call(operation, **request)
        except ServiceError as error:
            return error.code
        return None

    def in_queue(self, queue: str) -> list[Kept]:
        return sorted((kept for kept in self.model if kept.queue == queue), key=lambda kept: kept.order)

    def expected(self, queue: str, number: int) -> list[Kept]:
        """What a receive returns, after it has moved what it must."""
        self.expire()
        found: list[Kept] = []
        for kept in self.candidates(queue):
            if queue == "jobs" and kept.receives >= MAX_RECEIVES:
                self.count += 1
                kept.queue, kept.visible_at, kept.handle, kept.order = "dead", self.now, "", self.count
                if self.suffix:
                    kept.sent_at = self.now
            else:
                found.append(kept)
                if len(found) == number:
                    break
        return found

    @abstractmethod
    def candidates(self, queue: str) -> list[Kept]:
        """What may be received now, in order."""

    def expire(self) -> None:
        self.model = [kept for kept in self.model if self.now - kept.sent_at < RETENTION_MS]

    # What happens

    @rule(group=st.sampled_from("aab"), delay=st.sampled_from([0, 0, 5, 30]), times=st.integers(1, 4))
    def send(self, group: str, delay: int, times: int) -> None:
        for _ in range(times):
            self.count += 1
            body = str(self.count)
            extra = (
                {"MessageGroupId": group, "MessageDeduplicationId": body} if self.suffix else {"DelaySeconds": delay}
            )
            self.call("SendMessage", QueueUrl=self.url("jobs"), MessageBody=body, **extra)
            visible_at = self.now + (0 if self.suffix else delay * 1000)
            self.model.append(Kept(body, group, self.now, visible_at, order=self.count))

    @rule(
        queue=st.sampled_from(["jobs", "jobs", "jobs", "dead"]),
        number=st.integers(1, 10),
        timeout=st.sampled_from([0, 5, 30]),
    )
    def receive(self, queue: str, number: int, timeout: int) -> None:
        response = self.call(
            "ReceiveMessage", QueueUrl=self.url(queue), MaxNumberOfMessages=number, VisibilityTimeout=timeout
        )
        messages = response.get("Messages", [])
        expected = self.expected(queue, number)
        assert [message["Body"] for message in messages] == [kept.body for kept in expected]
        for message, kept in zip(messages, expected, strict=True):
            kept.handle = message["ReceiptHandle"]
            kept.visible_at = self.now + timeout * 1000
            kept.receives += 1

    @precondition(lambda self: any(kept.handle for kept in self.model))
    @rule(data=st.data())
    def delete(self, data: st.DataObject) -> None:
        kept = data.draw(st.sampled_from([kept for kept in self.model if kept.handle]))
        code = self.refused("DeleteMessage", QueueUrl=self.url(kept.queue), ReceiptHandle=kept.handle)
        if self.suffix and kept.visible_at <= self.now:
            assert code == "InvalidParameterValueException"
        else:
            assert code is None
            self.model.remove(kept)

    @precondition(lambda self: any(kept.handle for kept in self.model))
    @rule(data=st.data(), timeout=st.sampled_from([0, 10, 40]))
    def change_visibility(self, data: st.DataObject, timeout: int) -> None:
        kept = data.draw(st.sampled_from([kept for kept in self.model if kept.handle]))
        code = self.refused(
            "ChangeMessageVisibility",
            QueueUrl=self.url(kept.queue),
            ReceiptHandle=kept.handle,
            VisibilityTimeout=timeout,
        )
        if kept.visible_at <= self.now:
            assert code == ("InvalidParameterValueException" if self.suffix else None)
        else:
            assert code is None
            kept.visible_at = self.now + timeout * 1000

    @rule(ms=st.sampled_from([1, 1000, 5000, 30_000]))
    def time_passes(self, ms: int) -> None:
        self.clock.advance(ms=ms)
        self.note_phases()
        self.fire()

    def fire(self) -> None:
        fire = self.world.services["sqs"].fire
        assert fire is not None
        while (deadline := self.state.next_deadline_ms()) is not None and deadline <= self.now:
            fire(self.world.context("sqs"), self.now)
        self.expire()

    @precondition(lambda self: len(self.model) > 15)
    @rule()
    def purge(self) -> None:
        code = self.refused("PurgeQueue", QueueUrl=self.url("jobs"))
        if code is None:
            self.model = [kept for kept in self.model if kept.queue != "jobs"]
        assert (code == "PurgeQueueInProgress") == (self.now - self.purged_at < 60_000)
        self.purged_at = self.now if code is None else self.purged_at

    @rule()
    def save_and_rewind(self) -> None:
        self.state.rewind(self.state.save())

    # What must hold

    def phase(self, kept: Kept) -> Phase:
        if kept.visible_at <= self.now:
            return Phase.VISIBLE
        return Phase.IN_FLIGHT if kept.handle else Phase.DELAYED

    def note_phases(self) -> None:
        """Each message's way since the last look is one of the table's."""
        table = FIFO if self.suffix else STANDARD
        here = {f"{kept.queue} {kept.body}": self.phase(kept) for kept in self.model}
        for name, before in self.phases.items():
            after = here.get(name, Phase.GONE)
            assert after is before or after in table[before].values()
        self.phases = here

    @invariant()
    def counts_agree(self) -> None:
        self.note_phases()
        for queue in ("jobs", "dead"):
            names = ("", "NotVisible", "Delayed")
            told = self.call("GetQueueAttributes", QueueUrl=self.url(queue), AttributeNames=["All"])["Attributes"]
            phases = [self.phase(kept) for kept in self.in_queue(queue)]
            assert [int(told[f"ApproximateNumberOfMessages{name}"]) for name in names] == [
                phases.count(phase) for phase in (Phase.VISIBLE, Phase.IN_FLIGHT, Phase.DELAYED)
            ]

    def teardown(self) -> None:
        lines = list(self.state.dump(*HOME))
        loaded = State(NoHooks())
        loaded.load(*HOME, lines)
        assert list(loaded.dump(*HOME)) == lines
        replayed = State(NoHooks())
        for changes in self.journal:
            for change in changes:
                replayed.apply(*change)
        assert list(replayed.dump(*HOME)) == lines
        assert replayed.next_deadline_ms() == loaded.next_deadline_ms() == self.state.next_deadline_ms()
        for state in (loaded, replayed):
            for name in ("jobs", "dead"):
                ours, theirs = self.state.find(*HOME, name + self.suffix), state.find(*HOME, name + self.suffix)
                assert ours is not None
                assert theirs is not None
                assert list(ours.available(self.now)) == list(theirs.available(self.now))
                assert ours.next_available_at() == theirs.next_available_at()


class StandardMachine(QueueMachine):
    def candidates(self, queue: str) -> list[Kept]:
        visible = [kept for kept in self.in_queue(queue) if kept.visible_at <= self.now]
        return sorted(visible, key=lambda kept: (kept.visible_at, kept.order))


class FifoMachine(QueueMachine):
    suffix = ".fifo"

    def candidates(self, queue: str) -> list[Kept]:
        groups: dict[str, list[Kept]] = {}
        for kept in self.in_queue(queue):
            groups.setdefault(kept.group, []).append(kept)
        ready: list[tuple[int, int, list[Kept]]] = []
        for messages in groups.values():
            ready_at = max(kept.visible_at for kept in messages if kept.handle or kept is messages[0])
            if ready_at <= self.now:
                ready.append((ready_at, messages[0].order, messages))
        return [kept for _, _, messages in sorted(ready, key=lambda row: row[:2]) for kept in messages]


TestStandard = StandardMachine.TestCase
TestFifo = FifoMachine.TestCase
TestStandard.settings = TestFifo.settings = settings(
    max_examples=150, stateful_step_count=40, deadline=None, derandomize=True
)
