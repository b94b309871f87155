from __future__ import annotations

import re
from uuid import UUID

import pytest

from services.ids import Ids, RandomIds, SeededIds, hexadecimal, uuid4


@pytest.mark.parametrize("ids", [RandomIds(), SeededIds("seed")])
def test_a_uuid_is_a_version_4_uuid(ids: Ids) -> None:
    for _ in range(100):
        parsed = UUID(uuid4(ids))
        assert parsed.version == 4
        assert parsed.variant == "specified in RFC 4122"
    assert uuid4(ids) != uuid4(ids)


def test_hexadecimal_has_the_length() -> None:
    assert re.fullmatch(r"[0-9a-f]{16}", hexadecimal(RandomIds(), 16))


def test_a_seed_gives_the_same_identifiers_again_from_any_position() -> None:
    first = SeededIds("seed")
    given = [uuid4(first) for _ in range(5)]
    assert [uuid4(SeededIds("seed", position)) for position in range(5)] == given
    assert first.position == 5
    assert uuid4(SeededIds("other")) not in given
