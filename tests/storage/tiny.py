"""A tiny machine for the tests of storage: named maps from keys to entries, some of which have bodies."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import orjson

from storage.bodies.memory import MemoryBodies
from storage.checkpoint import fold
from storage.checkpointer import FoldRequest
from storage.durable import ClaimedDirectory, DurableOptions, DurableStore
from storage.files import Files
from storage.machine import Change, KumoBodies
from storage.memory import MemoryStore
from tests.storage.mortal import MortalFiles, kill

HOME = ("000000000000", "us-east-1")
OTHER = ("111111111111", "eu-west-1")

Entry = dict[str, Any]


class TinyMachine:
    """Entries by (account, region) and key: ``{"value": …}`` or ``{"sha256": …, "size": …}``; ``extra`` is what the
    rest form can't hold. Its name is the part of the kinds before the dot."""

    def __init__(self, bodies: Any) -> None:
        self._bodies = bodies
        self.maps: dict[tuple[str, str], dict[str, Entry]] = {}
        self.loads = 0

    def apply(self, kind: str, account: str, region: str, value: Any) -> None:
        entries = self.maps.setdefault((account, region), {})
        if isinstance(value, bytes):
            value = orjson.loads(value)
        match kind.partition(".")[2]:
            case "put":
                self._set(entries, value["key"], {name: part for name, part in value.items() if name != "key"})
            case "delete":
                self._set(entries, value["key"], None)
            case "explode":
                self._set(entries, "half done", {"value": "this must not be seen"})
                raise RuntimeError("boom")

    def _set(self, entries: dict[str, Entry], key: str, entry: Entry | None) -> None:
        old = entries.pop(key, None)
        # Released first, so that overwriting by the same content passes through a count of zero.
        if old is not None and "sha256" in old:
            self._bodies.release(old["sha256"])
        if entry is not None:
            entries[key] = entry
            if "sha256" in entry:
                self._bodies.retain(entry["sha256"])

    def namespaces(self) -> Iterable[tuple[str, str]]:
        return [namespace for namespace, entries in self.maps.items() if entries]

    def dump(self, account: str, region: str) -> Iterator[bytes]:
        yield from _lines(self.maps[account, region])

    def load(self, account: str, region: str, lines: Iterable[bytes]) -> None:
        entries = self.maps.setdefault((account, region), {})
        for line in lines:
            if line.strip() not in (b"{", b"}"):
                for key, entry in orjson.loads(b"{" + line.strip().removesuffix(b",") + b"}").items():
                    self._set(entries, key, entry)

    def loaded(self) -> None:
        self.loads += 1

    def dump_kumo(
        self, account: str, region: str, read_body: Callable[[str], bytes] | None, report: Callable[[str], None]
    ) -> Iterator[bytes]:
        shown = {}
        for key, entry in self.maps.get((account, region), {}).items():
            if "value" in entry:
                shown[key] = {"Value": entry["value"]}
            elif read_body is not None:
                shown[key] = {"Body": base64.b64encode(read_body(entry["sha256"])).decode()}
            else:
                shown[key] = {"bodyRef": entry["sha256"]}
            if "secret" in entry:
                report(f"the secret of {key}")
        yield from _lines(shown)

    def adopt(self, account: str, region: str, document: Mapping[str, Any], bodies: KumoBodies) -> Mapping[str, int]:
        entries = self.maps.setdefault((account, region), {})
        wanted: dict[str, Entry] = {}
        for key, shown in document.items():
            if not isinstance(shown, dict):
                raise ValueError(f"entry {key!r} isn't an object")
            wanted[key] = _adopted(key, shown, bodies)
        removed = [key for key in entries if key not in wanted]
        changed = [key for key, entry in wanted.items() if _visible(entries.get(key)) != _visible(entry)]
        for key in removed:
            self._set(entries, key, None)
        for key in changed:
            self._set(entries, key, wanted[key])
        return {"values taken": len(changed), "values removed": len(removed)}

    def clear(self) -> None:
        for entries in self.maps.values():
            for key in list(entries):
                self._set(entries, key, None)
        self.maps.clear()

    def forget(self, account: str, region: str) -> None:
        for key in list(self.maps.get((account, region), {})):
            self._set(self.maps[account, region], key, None)
        self.maps.pop((account, region), None)

    def unique_names(self, account: str, region: str) -> Iterable[str]:
        """Keys that begin so may stand in one namespace only, as the names of buckets."""
        return [key for key in self.maps.get((account, region), {}) if key.startswith("unique-")]

    def counts(self) -> Mapping[str, int]:
        return {"entries": sum(map(len, self.maps.values()))}

    def save(self) -> Any:
        return {namespace: dict(entries) for namespace, entries in self.maps.items()}

    def rewind(self, saved: Any) -> None:
        self.maps = {namespace: dict(entries) for namespace, entries in saved.items()}

    @property
    def entries(self) -> dict[str, Entry]:
        """Those of the home namespace."""
        return self.maps.get(HOME, {})


def _adopted(key: str, shown: Mapping[str, Any], bodies: KumoBodies) -> Entry:
    if "Value" in shown:
        return {"value": shown["Value"]}
    if "Body" in shown:
        data = base64.b64decode(shown["Body"])
        return {"sha256": bodies.put(data), "size": len(data)}
    if bodies.size(shown["bodyRef"]) is None:
        raise ValueError(f"the body of {key!r} is missing")
    return {"sha256": shown["bodyRef"], "size": 0}


def _visible(entry: Entry | None) -> Any:
    return None if entry is None else (entry.get("value"), entry.get("sha256"))


def _lines(entries: Mapping[str, Any]) -> Iterator[bytes]:
    yield b"{"
    keys = sorted(entries)
    for key in keys:
        yield orjson.dumps({key: entries[key]})[1:-1] + (b"," if key != keys[-1] else b"")
    yield b"}"


class World:
    """Two tiny machines over a store: ``a`` has a rest form, ``b`` has none. A directory makes it durable."""

    def __init__(self, path: Path | None, **options: Any) -> None:
        self.path = path
        if path is None:
            bodies: Any = MemoryBodies()
            self.machines = {name: TinyMachine(bodies) for name in ("a", "b")}
            self.store: Any = MemoryStore(self.machines, bodies)
            return
        options.setdefault("flush_interval_ms", 0)
        options.setdefault("segment_bytes", 64 * 1024)
        options.setdefault("run_fold", fold_here)
        options["files"] = self._files = MortalFiles(options.get("files") or Files())
        claimed = ClaimedDirectory(path, DurableOptions(home=HOME, rest_names=("a",), **options))
        self.machines = {name: TinyMachine(claimed.bodies) for name in ("a", "b")}
        self.store = claimed.open_store(self.machines)

    @property
    def a(self) -> TinyMachine:
        return self.machines["a"]

    @property
    def b(self) -> TinyMachine:
        return self.machines["b"]

    def commit(self, *changes: Change, bodies: Any = ()) -> int:
        lsn: int = self.store.commit(changes, bodies, request_id="r", time_ms=1_767_225_600_000, ids=7)
        return lsn

    def put(self, key: str, value: Any, machine: str = "a", namespace: tuple[str, str] = HOME) -> int:
        return self.commit((f"{machine}.put", *namespace, {"key": key, "value": value}))

    def delete(self, key: str, machine: str = "a") -> int:
        return self.commit((f"{machine}.delete", *HOME, {"key": key}))

    def put_small(self, key: str, data: bytes, machine: str = "a") -> int:
        """A body that is whole in memory."""
        return self.refer(key, self.store.bodies.put(data, {}), machine)

    async def put_large(self, key: str, data: bytes, machine: str = "a") -> int:
        """A body that is streamed."""
        writer = self.store.bodies.writer({})
        for start in range(0, len(data), 100_000):
            await writer.write(data[start : start + 100_000])
        return self.refer(key, await writer.finish(), machine)

    def refer(self, key: str, body: Any, machine: str = "a") -> int:
        entry = {"key": key, "sha256": body.sha256, "size": body.size}
        return self.commit((f"{machine}.put", *HOME, entry), bodies=[body])

    def body(self, key: str, machine: str = "a") -> bytes:
        reader = self.store.bodies.open(self.machines[machine].entries[key]["sha256"])
        try:
            data: bytes = reader.read(0, reader.size)
            return data
        finally:
            reader.close()

    def everything(self) -> Any:
        """The whole state with the bodies' contents, for comparisons."""
        state: dict[Any, Any] = {}
        for name, machine in self.machines.items():
            for namespace, entries in machine.maps.items():
                for key, entry in entries.items():
                    body = None
                    if "sha256" in entry:
                        reader = self.store.bodies.open(entry["sha256"])
                        body = reader.read(0, reader.size)
                        reader.close()
                    state[name, namespace, key] = (entry.get("value"), body)
        return state

    def abandon(self) -> None:
        """What a killed process leaves: see :func:`tests.storage.mortal.kill`."""
        kill(self.store, self._files)


async def fold_here(request: FoldRequest) -> int:
    """A fold in this process, in a thread."""
    await asyncio.to_thread(fold_now, request)
    return 0


def fold_now(request: FoldRequest, files: Files | None = None) -> None:
    fold(
        request.path,
        request.folder,
        request.up_to,
        lambda references: {name: TinyMachine(references) for name in ("a", "b")},
        rest_names=("a",) if request.rest else None,
        whole=request.whole,
        files=files,
    )


async def opened(path: Path | None, **options: Any) -> World:
    """A world whose store has been started."""
    world = World(path, **options)
    await world.store.start()
    return world


__all__ = ["HOME", "OTHER", "DurableStore", "TinyMachine", "World", "fold_here", "fold_now", "opened"]
