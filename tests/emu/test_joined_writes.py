"""A connection's writes: one for an answer, and nothing is held back for longer than a turn of the loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from emu.joined_writes import JoiningTransport


class Recorder:
    """What reaches the transport below."""

    def __init__(self) -> None:
        self.seen: list[Any] = []

    def write(self, data: bytes) -> None:
        self.seen.append(data)

    def writelines(self, pieces: tuple[bytes, ...]) -> None:
        self.seen.append(b"".join(pieces))

    def close(self) -> None:
        self.seen.append("close")

    def abort(self) -> None:
        self.seen.append("abort")

    def is_closing(self) -> bool:
        return False


def after(act: Callable[[JoiningTransport], Any], turns: int = 0) -> list[Any]:
    async def case() -> list[Any]:
        recorder = Recorder()
        act(JoiningTransport(recorder, asyncio.get_running_loop()))  # type: ignore[arg-type]
        for _ in range(turns):
            await asyncio.sleep(0)
        return list(recorder.seen)  # the loop turns once more before it is closed

    return asyncio.run(case())


def head_and_body(transport: JoiningTransport) -> None:
    transport.write(b"head;")
    transport.write(b"body")


def test_head_and_body_are_one_write() -> None:
    assert after(head_and_body) == [b"head;body"]
    assert after(head_and_body, turns=2) == [b"head;body"]


def test_a_head_alone_leaves_in_the_same_turn_of_the_loop() -> None:
    assert after(lambda transport: transport.write(b"head")) == []
    assert after(lambda transport: transport.write(b"head"), turns=1) == [b"head"]


def test_an_empty_body_sends_the_head() -> None:
    def act(transport: JoiningTransport) -> None:
        transport.write(b"head")
        transport.write(b"")

    assert after(act) == [b"head"]


def test_the_next_answer_begins_anew() -> None:
    def act(transport: JoiningTransport) -> None:
        head_and_body(transport)
        head_and_body(transport)

    assert after(act, turns=1) == [b"head;body", b"head;body"]


def test_pieces_of_a_long_body_keep_their_order() -> None:
    async def case() -> bytes:
        recorder = Recorder()
        transport = JoiningTransport(recorder, asyncio.get_running_loop())  # type: ignore[arg-type]
        for number in range(20):
            transport.write(b"%d," % number)
            if number % 3 == 0:
                await asyncio.sleep(0)
        await asyncio.sleep(0)
        return b"".join(recorder.seen)

    assert asyncio.run(case()) == b"".join(b"%d," % number for number in range(20))


def test_closing_sends_what_is_held_and_a_reset_does_not() -> None:
    def closed(transport: JoiningTransport) -> None:
        transport.write(b"head")
        transport.close()

    def aborted(transport: JoiningTransport) -> None:
        transport.write(b"head")
        transport.abort()

    assert after(closed, turns=1) == [b"head", "close"]
    assert after(aborted, turns=1) == ["abort"]


def test_everything_else_is_the_transports() -> None:
    async def case() -> bool:
        transport = JoiningTransport(Recorder(), asyncio.get_running_loop())  # type: ignore[arg-type]
        return bool(transport.is_closing())

    assert asyncio.run(case()) is False
