"""``emu log``: what happened in a running emu."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import ProxyHandler, build_opener

import click

from emu.cli.endpoint import endpoint, endpoint_option, fail
from emu.history.selection import KINDS

_HIDDEN = {
    "number", "time_ms", "what", "name", "lsn", "request_id", "operation", "service", "changes", "cause", "account",
    "region", "resource",
}  # fmt: skip


@click.command()
@endpoint_option
@click.option("--follow", "-f", is_flag=True, help="Go on with what happens, until interrupted.")
@click.option("--since", type=click.IntRange(min=0), help="Only what came behind the record with this lsn.")
@click.option("--what", type=click.Choice(KINDS), help="Only this kind of event.")
@click.option("--service", help="s3, sqs, dynamodb or sts.")
@click.option("--operation", help="AWS's name of the operation.")
@click.option("--resource", help="Queue, table or bucket.")
@click.option("--request-id", help="The request's id.")
@click.option("--message", help="A message's id: its whole life.")
@click.option("--json", "as_json", is_flag=True, help="The server's own JSON lines.")
def log(endpoint_url: str | None, follow: bool, as_json: bool, **filters: Any) -> None:
    """Show what happened in a running emu: commits and what led to them, lifecycle, faults, marks."""
    given = {name: value for name, value in filters.items() if value is not None}
    if follow:
        given["follow"] = "true"
    address = endpoint(endpoint_url)
    url = f"{address}/kumo/events?{urlencode(given)}"
    try:
        with build_opener(ProxyHandler({})).open(url) as response:
            for line in response:
                click.echo(line.decode().rstrip("\n") if as_json else sentence(json.loads(line)))
    except HTTPError as error:
        fail("log", f"{address} answered {error.code}: {error.read().decode(errors='replace')}")
    except (URLError, HTTPException, OSError) as error:
        fail("log", f"emu does not answer at {address}: {getattr(error, 'reason', error)}")
    except KeyboardInterrupt:
        return


def sentence(entry: Mapping[str, Any]) -> str:
    """An entry on one line, for people."""
    when = datetime.fromtimestamp(entry["time_ms"] / 1000, UTC).isoformat(timespec="milliseconds")
    head = f"{when.replace('+00:00', 'Z')} {entry['what']:9} "
    if entry["what"] != "commit":
        place = [entry.get("service"), entry["name"], entry.get("resource")]
        fields = [f"{name}={_value(value)}" for name, value in entry.items() if name not in _HIDDEN]
        return head + " ".join([*(str(part) for part in place if part), *fields])
    parts = [f"lsn={entry['lsn']}", entry["service"], entry["operation"] or "(by itself)"]
    parts += [_change(change) for change in entry["changes"]]
    parts += [f"<- lsn={cause['lsn']} {cause['operation']} {cause['resource']}" for cause in entry.get("cause", ())]
    return head + " ".join(parts)


def _change(change: Mapping[str, Any]) -> str:
    key = change.get("key")
    named = [change.get("resource"), None if key is None else _value(key)]
    where = "/".join(str(part) for part in named if part)
    messages = f" messages={','.join(change['messages'])}" if change.get("messages") else ""
    return f"[{change['kind']} {where}{messages}]"


def _value(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"), ensure_ascii=False)
