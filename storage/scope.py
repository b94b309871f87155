"""Which part of the state a restore or a reset is about."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scope:
    """A service (a machine's name), an account with all its regions, both, or everything where both are None."""

    service: str | None = None
    account: str | None = None

    @property
    def is_everything(self) -> bool:
        return self.service is None and self.account is None

    def machines(self, names: Iterable[str]) -> list[str]:
        """Those of the machines that have a part in it."""
        return [name for name in names if self.service in (None, name)]

    def covers(self, service: str, account: str) -> bool:
        return self.service in (None, service) and self.account in (None, account)

    def covers_document(self, name: str) -> bool:
        """Whether a document, named ``<service>.<account>.<region>``, belongs to it."""
        service, account, _ = name.split(".", 2)
        return self.covers(service, account)

    def encode(self) -> dict[str, str]:
        """As it stands in records: the members that aren't None."""
        given = {"service": self.service, "account": self.account}
        return {name: value for name, value in given.items() if value is not None}

    @staticmethod
    def decode(value: Mapping[str, str]) -> Scope:
        return Scope(value.get("service"), value.get("account"))


EVERYTHING = Scope()
