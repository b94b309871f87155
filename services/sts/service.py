"""AWS STS: its table.

https://docs.aws.amazon.com/STS/latest/APIReference/API_Operations.html
"""

from __future__ import annotations

from services.operation import Operation, Service
from services.sts.operations.get_caller_identity import get_caller_identity

SERVICE = Service(
    name="sts",
    title="AWS STS",
    operations={"GetCallerIdentity": Operation(get_caller_identity)},
    new_state=None,
)
