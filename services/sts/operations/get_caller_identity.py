"""https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html"""

from __future__ import annotations

from typing import Any

from services.context import Context


def get_caller_identity(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """Every caller is the root user of its account, whose user id is the account's number."""
    return {"UserId": ctx.account, "Account": ctx.account, "Arn": f"arn:aws:iam::{ctx.account}:root"}
