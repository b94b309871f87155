"""STS keeps nothing: who calls follows from the access key."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from services.machine import Hooks, KumoBodies, Namespace


class State:
    """See :class:`services.machine.State`."""

    def __init__(self, hooks: Hooks) -> None:
        """Nothing here changes, so there is nothing to tell."""

    def apply(self, kind: str, account: str, region: str, value: Any) -> None:
        raise ValueError(f"STS has no change {kind}")

    def namespaces(self) -> Iterable[Namespace]:
        return ()

    def dump(self, account: str, region: str) -> Iterator[bytes]:
        return iter((b"{", b"}"))

    def load(self, account: str, region: str, lines: Iterable[bytes]) -> None:
        """An empty document holds nothing."""

    def loaded(self) -> None: ...

    def dump_kumo(
        self, account: str, region: str, read_body: Callable[[str], bytes] | None, report: Callable[[str], None]
    ) -> Iterator[bytes]:
        return self.dump(account, region)

    def adopt(self, account: str, region: str, document: Mapping[str, Any], bodies: KumoBodies) -> Mapping[str, int]:
        return {}

    def clear(self) -> None: ...

    def counts(self) -> Mapping[str, int]:
        return {}

    def save(self) -> Any:
        return None

    def rewind(self, saved: Any) -> None: ...
