"""Amazon resource names. https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html"""

from __future__ import annotations


def table_arn(account: str, region: str, name: str) -> str:
    return f"arn:aws:dynamodb:{region}:{account}:table/{name}"
