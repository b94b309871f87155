"""SQS's whole state, and what each kind of change does to it.

Kinds and their values (moments in milliseconds; ``queue`` is a queue's name in the change's account and region):

======================== ==============================================================================================
sqs.create_queue         ``{queue, id, at, attributes: {name: value}, tags}``, attributes complete with defaults
sqs.delete_queue         ``{queue}``
sqs.set_attributes       ``{queue, at, attributes: {name: value or null}}``
sqs.purge                ``{queue, at}``
sqs.send                 ``{queue, messages: [{id, body, md5, sender, sent_at, visible_at, attributes?, trace?, group?,
                         deduplication?}]}``; each gets the next sequence of its queue
sqs.receive              ``{queue, at, messages: [[sequence, receipt, visible_at, receive_count, first_received_at]],
                         attempt?}``
sqs.delete               ``{queue, messages: [sequence]}``
sqs.change_visibility    ``{queue, messages: [[sequence, visible_at]]}``
sqs.move                 ``{queue, target, at, messages: [[sequence, sent_at]]}``: to a dead-letter queue
sqs.expire               ``{queue, messages: [sequence]}``: the retention period is over
======================== ==============================================================================================
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from sortedcontainers import SortedDict, SortedList

from services.machine import Hooks, KumoBodies, Namespace
from services.sqs import adoption, document, kumo
from services.sqs.attempts import Attempt
from services.sqs.message import Content, Message
from services.sqs.queue import Queue
from services.sqs.settings import Settings

Names = SortedDict[str, Queue]


class State:
    """Queues by namespace and name. See :class:`services.machine.State`."""

    def __init__(self, hooks: Hooks) -> None:
        self._hooks = hooks
        self._namespaces: dict[Namespace, Names] = {}
        self._deadlines: SortedList[tuple[int, str, str, str]] = SortedList()
        self._scheduled: dict[tuple[str, str, str], int] = {}

    # Looking up

    def find(self, account: str, region: str, name: str) -> Queue | None:
        names = self._namespaces.get((account, region))
        return names.get(name) if names is not None else None

    def by_arn(self, arn: str) -> Queue | None:
        parts = arn.split(":")
        if len(parts) != 6 or parts[:3] != ["arn", "aws", "sqs"]:
            return None
        return self.find(parts[4], parts[3], parts[5])

    def queues(self, account: str, region: str, *, after: str = "", prefix: str = "") -> Iterator[Queue]:
        """A namespace's queues by name, from the first one behind ``after`` whose name begins with ``prefix``."""
        names = self._namespaces.get((account, region))
        if names is None:
            return
        start = max(after, prefix)
        for name in names.irange(start, inclusive=(start != after or not after, True)):
            if not name.startswith(prefix):
                return
            yield names[name]

    def due(self, now: int) -> Queue | None:
        """A queue with messages whose retention has ended."""
        if not self._deadlines or self._deadlines[0][0] > now:
            return None
        _, account, region, name = self._deadlines[0]
        return self.find(account, region, name)

    def next_deadline_ms(self) -> int | None:
        return self._deadlines[0][0] if self._deadlines else None

    # Changing

    def apply(self, kind: str, account: str, region: str, value: Any) -> None:
        _HANDLERS[kind](self, account, region, value)

    def _queue(self, account: str, region: str, value: Mapping[str, Any]) -> Queue:
        return self._namespaces[account, region][value["queue"]]

    def _create_queue(self, account: str, region: str, value: Any) -> None:
        self.put(
            Queue(
                account,
                region,
                value["queue"],
                value["id"],
                value["at"],
                Settings.of(value["attributes"]),
                value["tags"],
            )
        )

    def _delete_queue(self, account: str, region: str, value: Any) -> None:
        queue = self._queue(account, region, value)
        self.drop(queue)
        self._hooks.notify(queue.topic)

    def _set_attributes(self, account: str, region: str, value: Any) -> None:
        queue = self._queue(account, region, value)
        queue.configure(queue.settings.changed(value["attributes"]), value["at"])
        self._reschedule(queue)

    def _purge(self, account: str, region: str, value: Any) -> None:
        queue = self._queue(account, region, value)
        queue.clear()
        queue.purged_at = value["at"]
        self._reschedule(queue)

    def _send(self, account: str, region: str, value: Any) -> None:
        queue = self._queue(account, region, value)
        for sent in value["messages"]:
            queue.counter += 1
            message = Message(queue.counter, Content.of(sent), sent["sent_at"], sent["visible_at"])
            queue.add(message)
            if queue.settings.fifo:
                queue.remember(message)
        self._changed(queue)

    def _receive(self, account: str, region: str, value: Any) -> None:
        queue = self._queue(account, region, value)
        at = value["at"]
        for sequence, receipt, visible_at, count, first in value["messages"]:
            queue.replace(queue.messages[sequence].received(receipt, at, visible_at, count, first))
        if "attempt" in value:
            receipts = tuple((row[0], row[1], row[2]) for row in value["messages"])
            queue.attempts.add(Attempt(value["attempt"], at, receipts))

    def _change_visibility(self, account: str, region: str, value: Any) -> None:
        queue = self._queue(account, region, value)
        for sequence, visible_at in value["messages"]:
            queue.replace(queue.messages[sequence].visible_from(visible_at))
        self._hooks.notify(queue.topic)

    def _remove(self, account: str, region: str, value: Any) -> None:
        queue = self._queue(account, region, value)
        for sequence in value["messages"]:
            queue.remove(sequence)
        # On a FIFO queue the rest of the group may be free now.
        self._changed(queue)

    def _move(self, account: str, region: str, value: Any) -> None:
        queue = self._queue(account, region, value)
        target = self._namespaces[account, region][value["target"]]
        for sequence, sent_at in value["messages"]:
            message = queue.remove(sequence)
            target.counter += 1
            target.add(message.moved(target.counter, sent_at, value["at"], queue.arn))
        self._changed(queue)
        self._changed(target)

    def _changed(self, queue: Queue) -> None:
        self._reschedule(queue)
        self._hooks.notify(queue.topic)

    def _reschedule(self, queue: Queue) -> None:
        key = (queue.account, queue.region, queue.name)
        deadline = queue.expires_at()
        before = self._scheduled.get(key)
        if deadline == before:
            return
        if before is not None:
            self._deadlines.remove((before, *key))
            del self._scheduled[key]
        if deadline is not None:
            self._deadlines.add((deadline, *key))
            self._scheduled[key] = deadline

    # Whole queues, namespaces, worlds

    def put(self, queue: Queue) -> None:
        """Takes in a queue with all it holds, in place of one of that name."""
        names = self._namespaces.setdefault((queue.account, queue.region), SortedDict())
        names[queue.name] = queue
        self._reschedule(queue)

    def drop(self, queue: Queue) -> None:
        names = self._namespaces[queue.account, queue.region]
        del names[queue.name]
        if not names:
            del self._namespaces[queue.account, queue.region]
        queue.clear()
        self._reschedule(queue)

    def namespaces(self) -> Iterable[Namespace]:
        return list(self._namespaces)

    def dump(self, account: str, region: str) -> Iterator[bytes]:
        return document.dump(self.queues(account, region))

    def load(self, account: str, region: str, lines: Iterable[bytes]) -> None:
        for queue in document.load(account, region, lines):
            self.put(queue)

    def loaded(self) -> None:
        """Nothing in SQS crosses documents."""

    def dump_kumo(
        self, account: str, region: str, read_body: Callable[[str], bytes] | None, report: Callable[[str], None]
    ) -> Iterator[bytes]:
        return kumo.dump(self.queues(account, region))

    def adopt(self, account: str, region: str, document: Mapping[str, Any], bodies: KumoBodies) -> Mapping[str, int]:
        before = {queue.name: queue for queue in self.queues(account, region)}
        adopted, counts = adoption.adopt(account, region, document, before)
        for queue in before.values():
            self.drop(queue)
        for queue in adopted:
            self.put(queue)
            self._hooks.notify(queue.topic)
        return counts

    def clear(self) -> None:
        self._namespaces.clear()
        self._deadlines.clear()
        self._scheduled.clear()

    def forget(self, account: str, region: str) -> None:
        for queue in list(self.queues(account, region)):
            self.drop(queue)

    def unique_names(self, account: str, region: str) -> Iterable[str]:
        return ()

    def counts(self) -> Mapping[str, int]:
        queues = [queue for names in self._namespaces.values() for queue in names.values()]
        return {"queues": len(queues), "messages": sum(len(queue.messages) for queue in queues)}

    def save(self) -> Any:
        return [queue.copy() for names in self._namespaces.values() for queue in names.values()]

    def rewind(self, saved: Any) -> None:
        self.clear()
        for queue in saved:
            self.put(queue.copy())


_HANDLERS: Mapping[str, Callable[[State, str, str, Any], None]] = {
    "sqs.create_queue": State._create_queue,
    "sqs.delete_queue": State._delete_queue,
    "sqs.set_attributes": State._set_attributes,
    "sqs.purge": State._purge,
    "sqs.send": State._send,
    "sqs.receive": State._receive,
    "sqs.change_visibility": State._change_visibility,
    "sqs.delete": State._remove,
    "sqs.expire": State._remove,
    "sqs.move": State._move,
}
