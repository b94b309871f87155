"""A namespace's tables as emu's own document: one setting block or one item a line, sorted, so that equal
states give equal lines::

    {
    "tables":{
    "users":{
    "settings":{…},
    "items":[
    {"id":{"S":"u1"}},
    {"id":{"S":"u2"}}
    ]
    }
    },
    "tokens":{
    "token":["hash",1767225600000]
    }
    }

Items stand in the order of their keys' bytes. Indexes, sizes and expiries are derived.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import orjson
from sortedcontainers import SortedDict

from services.dynamodb.definition import Definition
from services.dynamodb.table import Table
from services.dynamodb.tokens import Tokens
from services.dynamodb.values import encoded
from services.lines import Event, LineWriter, walk


def dump(tables: Mapping[str, Table], tokens: Tokens) -> Iterator[bytes]:
    """The document's lines."""
    writer = LineWriter()
    yield from writer.open("tables")
    for name, table in tables.items():
        yield from writer.open(name)
        yield from writer.entity("settings", orjson.dumps(table.definition.settings, option=orjson.OPT_SORT_KEYS))
        yield from writer.open("items", "[")
        for data, _ in table.items.values():
            yield from writer.entity(None, data)
        yield from writer.end()
        yield from writer.end()
    yield from writer.end()
    yield from writer.open("tokens")
    for token, request, until in tokens.entries():
        yield from writer.entity(token, [request, until])
    yield from writer.close()


def load(lines: Iterable[bytes]) -> tuple[SortedDict[str, Table], Tokens]:
    """What :func:`dump` wrote. Raises ValueError with a sentence otherwise."""
    tables: SortedDict[str, Table] = SortedDict()
    tokens = Tokens()
    path: list[str | None] = []
    for event in walk(lines):
        if event.what == "enter":
            path.append(event.key)
        elif event.what == "leave":
            path.pop()
        else:
            _take(path, event, tables, tokens)
    return tables, tokens


def _take(
    path: list[str | None],
    event: Event,
    tables: SortedDict[str, Table],
    tokens: Tokens,
) -> None:
    try:
        match path:
            case ["tables", str(name)] if event.key == "settings":
                tables[name] = Table(Definition.of(event.value))
            case ["tables", str(name), "items"]:
                tables[name].put(event.value, encoded(event.value))
            case ["tokens"]:
                request, until = event.value
                tokens.add(str(event.key), request, until)
            case _:
                raise ValueError(f"an entry {event.key!r} that belongs nowhere")
    except (KeyError, TypeError, IndexError, AttributeError) as error:
        raise ValueError(f"table {path[1:2]}: not a table or an item as DynamoDB keeps it ({error!r})") from error
