"""Who waits for what: long polls and other waits, woken by the changes that a state applies and by the clock."""

from __future__ import annotations

import asyncio
from collections import defaultdict

from emu.clock.reading import WorldClock
from emu.clock.state import TOPIC as CLOCK
from emu.errors import SERVICE_UNAVAILABLE

Topic = tuple[str, ...]

COMMITTED: Topic = ("emu", "committed")
"""Notified behind every commit."""

_NEVER_MS = 1 << 62


class Signals:
    """Futures by topic, in the order in which they came, each with the moment at which its wait ends. A notification
    wakes every waiter of its topic; each looks again for itself. When the clock is set, all look again."""

    def __init__(self, clock: WorldClock) -> None:
        self._clock = clock
        self._waiting: defaultdict[Topic, dict[asyncio.Future[None], int]] = defaultdict(dict)
        self._closed = False
        self.waking = 0
        """Waiters that were woken and have not had their turn yet."""

    @property
    def closed(self) -> bool:
        """Whether the server stops."""
        return self._closed

    def notify(self, topic: Topic) -> None:
        for future in self._waiting.pop(topic, ()):
            self._wake(future)

    def _wake(self, future: asyncio.Future[None]) -> None:
        if not future.done():
            future.set_result(None)
            self.waking += 1

    def notify_all(self) -> None:
        """Everything has changed: all look again."""
        for topic in list(self._waiting):
            self.notify(topic)

    def close(self) -> None:
        """The server stops: whoever waits, now or later, is refused, so that no long poll delays the stop."""
        self._closed = True
        self.notify_all()

    def next_deadline_ms(self) -> int | None:
        """The earliest moment at which a wait ends."""
        return min((until for future, until in self._waiting.get(CLOCK, {}).items() if not future.done()), default=None)

    def wake_due(self, now_ms: int) -> None:
        """Ends the waits whose moment has come."""
        for future, until in list(self._waiting.get(CLOCK, {}).items()):
            if until <= now_ms:
                self._wake(future)

    async def had_turns(self) -> None:
        """Returns when everybody who was woken has had a turn, and all others one too."""
        await asyncio.sleep(0)
        while self.waking:  # noqa: ASYNC110 - a woken task's turn is the next one or nearly so
            await asyncio.sleep(0)

    async def wait(self, topic: Topic, until_ms: int) -> None:
        """Returns at a notification of ``topic``, when the clock reads ``until_ms``, or when as much real time has gone
        by as the clock has until then."""
        left_ms = until_ms - self._clock.now_ms()
        if left_ms > 0 and not self._closed:
            seconds = self._clock.seconds_until(until_ms)
            await self._wait(topic, until_ms, left_ms / 1000 if seconds is None else min(left_ms / 1000, seconds))
        if self._closed:
            raise SERVICE_UNAVAILABLE(reason="emu is stopping.")

    async def _wait(self, topic: Topic, until_ms: int, seconds: float) -> None:
        future = self.listen(topic, until_ms)
        try:
            async with asyncio.timeout(seconds):
                await future
        except TimeoutError:
            return
        finally:
            self.unlisten(topic, future)

    def listen(self, topic: Topic, until_ms: int = _NEVER_MS) -> asyncio.Future[None]:
        """A future that is done at a notification of ``topic`` or when the clock is set; hand it back to
        :meth:`unlisten`. It listens at once, so that nothing slips through between a look and a wait."""
        future = asyncio.get_running_loop().create_future()
        for each in (topic, CLOCK):
            self._waiting[each][future] = until_ms
        if self._closed:
            self._wake(future)
        return future

    def unlisten(self, topic: Topic, future: asyncio.Future[None]) -> None:
        if future.done() and not future.cancelled():
            self.waking -= 1
        for each in (topic, CLOCK):
            self._leave(each, future)

    def _leave(self, topic: Topic, future: asyncio.Future[None]) -> None:
        waiters = self._waiting.get(topic)
        if waiters is not None:
            waiters.pop(future, None)
            if not waiters:
                del self._waiting[topic]
