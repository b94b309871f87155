"""Every operation that emu serves has a case that succeeds and one that is refused."""

from collections import Counter

import pytest

from conformance.case import collect
from services.registry import services

CASES = collect()
SERVED = sorted(f"{name}.{operation}" for name, service in services().items() for operation in service.operations)


@pytest.mark.parametrize("operation", SERVED)
def test_an_operation_has_both_kinds_of_case(operation: str) -> None:
    assert {case.kind for case in CASES if case.operation == operation} == {"success", "error"}


@pytest.mark.parametrize("operation", ["server.Health", "server.Routing"])
def test_what_is_not_an_operation_has_both_too(operation: str) -> None:
    assert {case.kind for case in CASES if case.operation == operation} == {"success", "error"}


def test_names_are_unique() -> None:
    assert [name for name, count in Counter(case.name for case in CASES).items() if count > 1] == []


def test_every_case_cites_a_page() -> None:
    elsewhere = {case.operation for case in CASES if not case.page.startswith("https://docs.aws.amazon.com/")}
    assert elsewhere == {"server.Health"}  # Kumo's own, which AWS has nothing of


def test_a_pattern_chooses_cases() -> None:
    chosen = collect("s3/put_object/*")
    assert chosen
    assert {case.operation for case in chosen} == {"s3.PutObject"}
