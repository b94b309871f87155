"""Who waits for what: long polls and other waits, woken by the changes that a state applies."""

from __future__ import annotations

import asyncio
from collections import defaultdict

from emu.errors import SERVICE_UNAVAILABLE
from services.clock import Clock

Topic = tuple[str, ...]


class Signals:
    """Futures by topic. A notification wakes every waiter of its topic; each looks again for itself."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._waiting: defaultdict[Topic, set[asyncio.Future[None]]] = defaultdict(set)
        self._closed = False

    def notify(self, topic: Topic) -> None:
        for future in self._waiting.pop(topic, ()):
            if not future.done():
                future.set_result(None)

    def notify_all(self) -> None:
        """Everything has changed: all look again."""
        for topic in list(self._waiting):
            self.notify(topic)

    def close(self) -> None:
        """The server stops: whoever waits, now or later, is refused, so that no long poll delays the stop."""
        self._closed = True
        self.notify_all()

    async def wait(self, topic: Topic, until_ms: int) -> None:
        """Returns at a notification of ``topic`` or when the clock reads ``until_ms``."""
        seconds = (until_ms - self._clock.now_ms()) / 1000
        if seconds > 0 and not self._closed:
            await self._wait(topic, seconds)
        if self._closed:
            raise SERVICE_UNAVAILABLE(reason="emu is stopping.")

    async def _wait(self, topic: Topic, seconds: float) -> None:
        future = asyncio.get_running_loop().create_future()
        self._waiting[topic].add(future)
        try:
            async with asyncio.timeout(seconds):
                await future
        except TimeoutError:
            return
        finally:
            waiters = self._waiting.get(topic)
            if waiters is not None:
                waiters.discard(future)
                if not waiters:
                    del self._waiting[topic]
