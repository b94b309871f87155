"""Which part of the state a snapshot, a restore or a reset is about."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scope:
    """A service (a machine's name), a namespace, or that service of that namespace; everything where all are None.

    A namespace is an account with all its regions, or one region of it: region needs account.
    """

    service: str | None = None
    account: str | None = None
    region: str | None = None

    @property
    def is_everything(self) -> bool:
        return self == EVERYTHING

    def machines(self, names: Iterable[str]) -> list[str]:
        """Those of the machines that have a part in it."""
        return [name for name in names if self.service in (None, name)]

    def covers(self, service: str, account: str, region: str) -> bool:
        return self.service in (None, service) and self.covers_namespace(account, region)

    def covers_namespace(self, account: str, region: str) -> bool:
        return self.account in (None, account) and self.region in (None, region)

    def covers_document(self, name: str) -> bool:
        """Whether a document, named ``<service>.<account>.<region>``, belongs to it."""
        return self.covers(*name.split(".", 2))

    def encode(self) -> dict[str, str]:
        """As it stands in records and manifests: the members that aren't None."""
        given = {"service": self.service, "account": self.account, "region": self.region}
        return {name: value for name, value in given.items() if value is not None}

    @staticmethod
    def decode(value: Mapping[str, str]) -> Scope:
        return Scope(value.get("service"), value.get("account"), value.get("region"))

    def __str__(self) -> str:
        return "/".join(self.encode().values()) or "everything"


EVERYTHING = Scope()
