"""What the store keeps: machines that apply changes, and are dumped and loaded. It knows no more about them than
this.

A change is ``(kind, account, region, value)``; the part of the kind before its first dot names the machine. In a
value, ``bytes`` stand for JSON that is already encoded; after a reload the same place holds the decoded value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Protocol

Change = tuple[str, str, str, Any]
Namespace = tuple[str, str]


class KumoBodies(Protocol):
    """The bodies that come with a document of Kumo's."""

    def put(self, data: bytes) -> str: ...

    def size(self, sha256: str) -> int | None: ...

    def read(self, sha256: str) -> bytes: ...


class Machine(Protocol):
    """One service's state. The services' side of this contract, with the full terms, is ``services/machine.py``."""

    def apply(self, kind: str, account: str, region: str, value: Any) -> None: ...

    def namespaces(self) -> Iterable[Namespace]: ...

    def dump(self, account: str, region: str) -> Iterator[bytes]: ...

    def load(self, account: str, region: str, lines: Iterable[bytes]) -> None: ...

    def loaded(self) -> None: ...

    def dump_kumo(
        self, account: str, region: str, read_body: Callable[[str], bytes] | None, report: Callable[[str], None]
    ) -> Iterator[bytes]: ...

    def adopt(
        self, account: str, region: str, document: Mapping[str, Any], bodies: KumoBodies
    ) -> Mapping[str, int]: ...

    def clear(self) -> None: ...

    def forget(self, account: str, region: str) -> None: ...

    def unique_names(self, account: str, region: str) -> Iterable[str]: ...

    def counts(self) -> Mapping[str, int]: ...

    def save(self) -> Any: ...

    def rewind(self, saved: Any) -> None: ...
