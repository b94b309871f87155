"""The tables of a message's life, and the numbers of FIFO messages."""

from __future__ import annotations

import pytest

from services.sqs.message import (
    FIFO,
    STANDARD,
    Content,
    Event,
    Message,
    Phase,
    Table,
    arrival,
    sequence_number,
)


def message(visible_at: int, receipt: str | None = None) -> Message:
    content = Content("id", "body", "md5", "sender")
    return Message(1, content, sent_at=0, visible_at=visible_at, receipt=receipt)


@pytest.mark.parametrize(
    ("visible_at", "receipt", "phase"),
    [
        (11, None, Phase.DELAYED),
        (10, None, Phase.VISIBLE),
        (11, "r", Phase.IN_FLIGHT),
        (10, "r", Phase.VISIBLE),
    ],
)
def test_the_phase_follows_from_the_time(visible_at: int, receipt: str | None, phase: Phase) -> None:
    assert message(visible_at, receipt).phase(10) is phase


@pytest.mark.parametrize("table", [STANDARD, FIFO])
def test_every_phase_can_be_reached_and_left(table: Table) -> None:
    reached = {Phase.DELAYED}
    while True:
        further = reached | {after for phase in reached for after in table[phase].values()}
        if further == reached:
            break
        reached = further
    assert reached == set(Phase)
    assert {phase for phase in Phase if not table[phase]} == {Phase.GONE}


def test_where_the_tables_differ() -> None:
    different = {
        (phase, event) for phase in Phase for event in Event if STANDARD[phase].get(event) != FIFO[phase].get(event)
    }
    assert different == {(Phase.VISIBLE, Event.DELETE)}


def test_sequence_numbers() -> None:
    assert arrival(sequence_number(7)) == 7
    assert arrival("7") == 7
    assert arrival("") == 0
    assert len(sequence_number(10**9)) == 20
