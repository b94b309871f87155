"""The table and the state agree."""

from __future__ import annotations

import importlib
import re

import pytest

from services.sqs.service import SERVICE
from services.sqs.state import _HANDLERS


def test_every_kind_is_applied_and_every_applied_kind_is_committed_by_something() -> None:
    declared = {kind for operation in SERVICE.operations.values() for kind in operation.changes}
    assert declared == set(_HANDLERS)


@pytest.mark.parametrize("name", SERVICE.operations)
def test_an_operation_is_found_by_its_name(name: str) -> None:
    snake_case = re.sub(r"(?<!^)([A-Z])", r"_\1", name).lower()
    module = importlib.import_module(f"services.sqs.operations.{snake_case}")
    assert SERVICE.operations[name].run is getattr(module, snake_case)
    assert f"API_{name}.html" in (module.__doc__ or "")
