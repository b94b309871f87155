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
from itertools import groupby
from operator import attrgetter

import orjson
from sortedcontainers import SortedDict

from services.dynamodb.definition import Definition
from services.dynamodb.table import Table
from services.dynamodb.tokens import Tokens
from services.lines import LineWriter, blocks


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
    for path, of_path in groupby(blocks(lines), key=attrgetter("path")):
        try:
            match path:
                case ("tables", str(name)):
                    for block in of_path:
                        tables[name] = Table(Definition.of(block.members["settings"]))
                case ("tables", str(name), "items"):
                    tables[name].fill(
                        item for block in of_path for item in zip(block.entries, block.encoded, strict=True)
                    )
                case ("tokens",):
                    for block in of_path:
                        for token, (request, until) in block.members.items():
                            tokens.add(token, request, until)
                case _:
                    raise ValueError("an entry that belongs nowhere")
        except (KeyError, TypeError, IndexError, AttributeError) as error:
            raise ValueError(f"{path}: not a table or an item as DynamoDB keeps it ({error!r})") from error
    return tables, tokens
