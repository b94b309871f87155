"""The services that exist. Nothing else knows them by heart."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import import_module

from services.operation import Service

NAMES = ("s3", "sqs", "dynamodb", "sts")


@cache
def services() -> Mapping[str, Service]:
    """Every service by name; each package has its table as ``SERVICE`` in its ``service`` module."""
    return {name: import_module(f"services.{name}.service").SERVICE for name in NAMES}
