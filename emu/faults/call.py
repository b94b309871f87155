"""A call that a fault may happen to."""

from __future__ import annotations

from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Any, Literal

from services.context import Context
from services.operation import Operation

Cut = Literal["reset", "half"]
"""What happens to an answer: the connection is reset before it, or ends half way through its body."""

Result = dict[str, Any] | Awaitable[dict[str, Any]]


@dataclass(slots=True)
class Call:
    """One request on its way to its operation. cut: what the rule has planned for the answer."""

    ctx: Context
    operation: Operation
    members: dict[str, Any]
    cut: Cut | None = None

    def run(self) -> Result:
        """What would happen without a fault."""
        return self.operation.run(self.ctx, self.members)
