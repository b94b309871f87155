"""The rules for a bucket's CORS configuration.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/ManageCorsUsing.html
https://docs.aws.amazon.com/AmazonS3/latest/API/API_CORSRule.html
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from services.context import Context
from services.s3 import errors, limits
from services.s3.settings import CorsRule

_METHODS = frozenset({"GET", "PUT", "POST", "DELETE", "HEAD"})


def cors_rules(ctx: Context, configuration: dict[str, Any]) -> tuple[CorsRule, ...]:
    """The rules of a request, in its order.

    Errors: MalformedXML where there is no rule, or a rule without a method or an origin; InvalidRequest for too many
    rules and for values that a rule can't have.
    """
    requested = configuration.get("CORSRules", ())
    if not requested:
        raise errors.MALFORMED_XML()
    if len(requested) > limits.CORS_RULES_MAX:
        _refuse(ctx, f"The number of CORS rules should not exceed allowed limit of {limits.CORS_RULES_MAX} rules.")
    return tuple(_cors_rule(ctx, entry) for entry in requested)


def _cors_rule(ctx: Context, entry: dict[str, Any]) -> CorsRule:
    rule = CorsRule(
        methods=tuple(entry.get("AllowedMethods", ())),
        origins=tuple(entry.get("AllowedOrigins", ())),
        headers=tuple(entry.get("AllowedHeaders", ())),
        expose_headers=tuple(entry.get("ExposeHeaders", ())),
        max_age_seconds=entry.get("MaxAgeSeconds"),
        id=entry.get("ID", ""),
    )
    if not rule.methods or not rule.origins or not all(rule.origins):
        raise errors.MALFORMED_XML()
    for method in rule.methods:
        if method not in _METHODS:
            _refuse(ctx, f"Found unsupported HTTP method in CORS config. Unsupported method is {method}")
    _check_wildcards(ctx, "AllowedOrigin", rule.origins)
    _check_wildcards(ctx, "AllowedHeader", rule.headers)
    for header in rule.expose_headers:
        if "*" in header:
            _refuse(
                ctx,
                f'ExposeHeader "{header}" contains wildcard. We currently do not support wildcard for ExposeHeader.',
            )
    if len(rule.id) > limits.CORS_RULE_ID_LENGTH_MAX:
        _refuse(ctx, f"ID length should not exceed allowed limit of {limits.CORS_RULE_ID_LENGTH_MAX}")
    return rule


def _check_wildcards(ctx: Context, element: str, values: Iterable[str]) -> None:
    for value in values:
        if value.count("*") > 1:
            _refuse(ctx, f'{element} "{value}" can not have more than one wildcard.')


def _refuse(ctx: Context, problem: str) -> None:
    ctx.refuse(errors.INVALID_CORS_RULE, problem=problem)
