"""DynamoDB's state and its ``apply``: tables by namespace and name, and the tokens of recent transactions.

Changes (kinds without ``dynamodb.``) and their values:

- ``create_table``: the settings (see :mod:`services.dynamodb.definition`)
- ``update_table``: ``{"Table": name, "Set": settings to replace, null to take one away}``
- ``delete_table``: ``{"Table": name}``
- ``put_item``: ``{"Table": name, "Item": JSON of the normalised item}``
- ``delete_item``: ``{"Table": name, "Key": normalised key}``
- ``update_ttl``: ``{"Table": name, "AttributeName": name or null for off}``
- ``remember_token``: ``{"Token": text, "Request": hash, "Until": milliseconds, "Now": milliseconds}``
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import orjson
from sortedcontainers import SortedDict

from services.dynamodb import document, kumo_document, limits
from services.dynamodb.definition import Definition
from services.dynamodb.table import Table
from services.dynamodb.tokens import Tokens
from services.dynamodb.values import Item, encoded
from services.machine import Hooks, KumoBodies, Namespace


class State:
    """See :class:`services.machine.State`."""

    def __init__(self, hooks: Hooks) -> None:
        self.tables: dict[Namespace, SortedDict[str, Table]] = {}
        self.tokens: dict[Namespace, Tokens] = {}
        self.expiring: dict[tuple[Namespace, str], Table] = {}
        """The tables with time to live."""
        self.filling: dict[tuple[Namespace, str], Table] = {}
        """The tables with an index that isn't complete."""

    def _watch(self, namespace: Namespace, table: Table) -> None:
        """Keeps :attr:`expiring` and :attr:`filling` up with a table that is new or has other settings."""
        place = (namespace, table.definition.name)
        if table.filling:
            self.filling[place] = table
        else:
            self.filling.pop(place, None)
        if table.expirations is None:
            self.expiring.pop(place, None)
        else:
            self.expiring[place] = table

    def _watch_all(self) -> None:
        self.expiring.clear()
        self.filling.clear()
        for namespace, named in self.tables.items():
            for table in named.values():
                self._watch(namespace, table)

    def table(self, account: str, region: str, name: str) -> Table | None:
        tables = self.tables.get((account, region))
        return None if tables is None else tables.get(name)

    def apply(self, kind: str, account: str, region: str, value: Any) -> None:
        _KINDS[kind](self, (account, region), value)

    def create_table(self, namespace: Namespace, value: Mapping[str, Any]) -> None:
        table = Table(Definition.of(value))
        self.tables.setdefault(namespace, SortedDict())[table.definition.name] = table
        self._watch(namespace, table)

    def update_table(self, namespace: Namespace, value: Mapping[str, Any]) -> None:
        table = self.tables[namespace][value["Table"]]
        table.redefine(table.definition.replaced(value["Set"]))
        self._watch(namespace, table)

    def delete_table(self, namespace: Namespace, value: Mapping[str, Any]) -> None:
        tables = self.tables[namespace]
        del tables[value["Table"]]
        self.expiring.pop((namespace, value["Table"]), None)
        self.filling.pop((namespace, value["Table"]), None)
        if not tables:
            del self.tables[namespace]

    def put_item(self, namespace: Namespace, value: Mapping[str, Any]) -> None:
        table = self.tables[namespace][value["Table"]]
        data: bytes | Item = value["Item"]
        if isinstance(data, bytes):
            table.put(orjson.loads(data), data)
        else:
            table.put(data, encoded(data))

    def delete_item(self, namespace: Namespace, value: Mapping[str, Any]) -> None:
        self.tables[namespace][value["Table"]].delete(value["Key"])

    def update_ttl(self, namespace: Namespace, value: Mapping[str, Any]) -> None:
        attribute = value["AttributeName"]
        ttl = None if attribute is None else {"AttributeName": attribute}
        table = self.tables[namespace][value["Table"]]
        table.redefine(table.definition.replaced({"TimeToLive": ttl}))
        self._watch(namespace, table)

    def remember_token(self, namespace: Namespace, value: Mapping[str, Any]) -> None:
        tokens = self.tokens.setdefault(namespace, Tokens())
        tokens.remember(value["Token"], value["Request"], value["Until"], value["Now"])

    def fill_indexes(self) -> None:
        """Fills an index of one of the tables in :attr:`filling` a little further."""
        place, table = next(iter(self.filling.items()))
        table.fill_indexes(limits.INDEX_FILL_ITEMS)
        if not table.filling:
            del self.filling[place]

    def namespaces(self) -> Iterable[Namespace]:
        return sorted({*self.tables, *self.tokens})

    def dump(self, account: str, region: str) -> Iterator[bytes]:
        namespace = (account, region)
        return document.dump(self.tables.get(namespace, {}), self.tokens.get(namespace, Tokens()))

    def load(self, account: str, region: str, lines: Iterable[bytes]) -> None:
        tables, tokens = document.load(lines)
        if tables:
            self.tables[account, region] = tables
        if len(tokens):
            self.tokens[account, region] = tokens
        self._watch_all()

    def loaded(self) -> None:
        return

    def dump_kumo(
        self, account: str, region: str, read_body: Callable[[str], bytes] | None, report: Callable[[str], None]
    ) -> Iterator[bytes]:
        return kumo_document.dump(self.tables.get((account, region), {}), account, region, report)

    def adopt(self, account: str, region: str, document: Mapping[str, Any], bodies: KumoBodies) -> Mapping[str, int]:
        namespace = (account, region)
        tables, counts = kumo_document.adopt(self.tables.get(namespace, {}), document, account, region)
        self.tables.pop(namespace, None)
        if tables:
            self.tables[namespace] = tables
        self._watch_all()
        return counts

    def clear(self) -> None:
        self.tables.clear()
        self.tokens.clear()
        self.expiring.clear()
        self.filling.clear()

    def forget(self, account: str, region: str) -> None:
        namespace = (account, region)
        self.tables.pop(namespace, None)
        self.tokens.pop(namespace, None)
        self._watch_all()

    def unique_names(self, account: str, region: str) -> Iterable[str]:
        return ()

    def counts(self) -> Mapping[str, int]:
        tables = [table for named in self.tables.values() for table in named.values()]
        return {"tables": len(tables), "items": sum(len(table.items) for table in tables)}

    def save(self) -> Any:
        return _copied(self.tables), {namespace: tokens.copy() for namespace, tokens in self.tokens.items()}

    def rewind(self, saved: Any) -> None:
        tables, tokens = saved
        self.tables = _copied(tables)
        self.tokens = {namespace: known.copy() for namespace, known in tokens.items()}
        self._watch_all()


def _copied(
    tables: Mapping[Namespace, SortedDict[str, Table]],
) -> dict[Namespace, SortedDict[str, Table]]:
    return {
        namespace: SortedDict((name, table.copy()) for name, table in named.items())
        for namespace, named in tables.items()
    }


_KINDS: dict[str, Callable[[State, Namespace, Mapping[str, Any]], None]] = {
    "dynamodb.create_table": State.create_table,
    "dynamodb.update_table": State.update_table,
    "dynamodb.delete_table": State.delete_table,
    "dynamodb.put_item": State.put_item,
    "dynamodb.delete_item": State.delete_item,
    "dynamodb.update_ttl": State.update_ttl,
    "dynamodb.remember_token": State.remember_token,
}
