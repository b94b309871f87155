"""The arrows of the architecture, read from the code's own syntax.

`emu → services` and `emu → storage`; services and storage know neither each other nor emu; services are pure;
storage meets the disk in one module; time and randomness have one module each. What a file touches is the
set of dotted names it imports or reaches through an import, wherever in the file that happens. The planted
files at the end show that each rule can fail.
"""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parents[1]
LAYERS = ("emu", "services", "storage")


class Touch(NamedTuple):
    """One dotted name that a file touches. `deferred`: inside a function, so not at the file's import."""

    line: int
    name: str
    deferred: bool


class Rule(NamedTuple):
    """Names that files must not touch.

    where, unless: path prefixes of the files that it holds for.
    forbidden, allowed: dotted names; `os` is os and all of it, `os.*` all of it but the import of os itself,
        the empty name is every name.
    also_deferred: False lets functions import at their call what the file must not import at its own.
    """

    where: tuple[str, ...]
    forbidden: tuple[str, ...]
    allowed: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    also_deferred: bool = True

    def broken_by(self, path: str, touch: Touch) -> bool:
        return (
            path.startswith(self.where)
            and not path.startswith(self.unless)
            and (self.also_deferred or not touch.deferred)
            and any(matches(touch.name, pattern) for pattern in self.forbidden)
            and not any(matches(touch.name, pattern) for pattern in self.allowed)
        )


AROUND = ("tests", "conformance", "benchmarks", "examples")
WEB = ("starlette", "uvicorn", "boto3", "botocore", "awscrt.io", "awscrt.http", "http.server", "http.client")
SOCKETS = ("socket", "socketserver", "ssl", "select", "selectors", "urllib.request", "asyncio", "anyio")
FILES = ("builtins.open", "io.open", "pathlib", "shutil", "tempfile", "glob", "mmap", "fcntl", "os.*")
PROCESSES = ("subprocess", "multiprocessing", "threading", "concurrent.futures", "signal")
# Methods of pathlib.Path that meet the disk. A call of one counts as a touch of `Path().<method>`, unless it is
# made on something named `files`.
PATH_METHODS = frozenset(
    (
        "read_text read_bytes write_text write_bytes touch unlink mkdir rmdir rename iterdir rglob stat lstat"
        " chmod is_file is_dir is_symlink symlink_to hardlink_to"
    ).split()
)
# What leaves the data directory's content alone. So does a lock, fcntl.flock: it is the process's and ends with it.
HARMLESS = (
    *("os.path.join", "os.path.basename", "os.path.dirname", "os.fspath", "os.PathLike"),
    *("os.getpid", "os.getuid", "os.strerror", "os.register_at_fork", "os.close"),
    "tempfile.TemporaryDirectory",  # where the store without a data directory spools large bodies
)
DURATIONS = ("time.perf_counter", "time.perf_counter_ns", "time.monotonic", "time.monotonic_ns")

RULES = {
    "the program needs no test, benchmark or example": Rule(LAYERS, AROUND),
    "services know neither emu nor storage": Rule(("services/",), ("emu", "storage")),
    "storage knows neither emu nor services": Rule(("storage/",), ("emu", "services")),
    "storage knows nothing of AWS and the web": Rule(("storage/",), (*WEB, "xmltodict")),
    "AWS's models are read as data": Rule(LAYERS, ("boto3", "botocore"), unless=("emu/testing/", "emu/client/")),
    "the server is no client": Rule(LAYERS, ("emu.client",), unless=("emu/client/", "emu/cli/")),
    "services are pure: no sockets, files, processes, protocols": Rule(
        ("services/",),
        (*WEB, *SOCKETS, *FILES, *PROCESSES, "xmltodict", "xml"),
        allowed=("os.urandom",),  # which has a rule of its own
    ),
    "storage meets the disk in files.py alone": Rule(
        ("storage/",),
        (
            "Path().*",
            "builtins.open",
            "io.open",
            "io.FileIO",
            "shutil",
            "tempfile.*",
            "glob",
            "mmap",
            "fcntl.fcntl",
            "os.*",
        ),
        allowed=HARMLESS,
        unless=("storage/files.py",),
    ),
    "one clock": Rule(
        LAYERS,
        (
            "time.*",
            "datetime.datetime.now",
            "datetime.datetime.utcnow",
            "datetime.datetime.today",
            "datetime.date.today",
        ),
        allowed=(*DURATIONS, "time.sleep"),
        unless=("services/clock.py", "emu/testing/today.py"),  # the world's time, and the tester's calendar
    ),
    # The plugin runs in the test's own process, and may wait there for the server's.
    "the server never sleeps": Rule(LAYERS, ("time.sleep",), unless=("emu/testing/",)),
    "services take no durations": Rule(("services/",), DURATIONS),
    "one source of randomness": Rule(
        LAYERS,
        ("random", "secrets", "uuid.uuid1", "uuid.uuid4", "os.urandom", "os.getrandom"),
        unless=("services/ids.py",),
    ),
    "importing emu does nothing": Rule(("emu/__init__.py",), ("",)),
    "home comes before everything": Rule(("emu/home.py",), ("",), allowed=("os", "sys")),
    "main imports the rest after home": Rule(("emu/__main__.py",), ("",), allowed=("emu.home",), also_deferred=False),
    "the test plugin loads no server and no client": Rule(
        ("emu/testing/",),
        (*WEB, "services", "storage", "emu.cli", "emu.app"),
        allowed=("http.client",),  # urllib.request, with which it speaks to the server, has loaded it anyway
        also_deferred=False,
    ),
    "the test plugin is not the server": Rule(("emu/testing/",), ("starlette", "uvicorn", "services", "storage")),
}

# A service may import only itself, except:
NEIGHBOURS = {("dynamodbstreams", "dynamodb")}
# ... and the one module that lists them all.
REGISTRY = "services/registry.py"


def matches(name: str, pattern: str) -> bool:
    if pattern.endswith(".*"):
        return name.startswith(pattern[:-1])
    return not pattern or name == pattern or name.startswith(pattern + ".")


class Reader(ast.NodeVisitor):
    """Collects what a file touches."""

    def __init__(self, path: str) -> None:
        self.package = path.split("/")[:-1]
        self.touches: list[Touch] = []
        self.imported: dict[str, str] = {}
        self.depth = 0

    def touch(self, node: ast.expr | ast.stmt, name: str) -> None:
        self.touches.append(Touch(node.lineno, name, self.depth > 0))

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> None:
        self.depth += 1
        self.generic_visit(node)
        self.depth -= 1

    visit_AsyncFunctionDef = visit_Lambda = visit_FunctionDef  # noqa: N815 - ast's names

    def visit_Import(self, node: ast.Import) -> None:
        for alias in node.names:
            self.touch(node, alias.name)
            first = alias.name.partition(".")[0]
            self.imported[alias.asname or first] = alias.name if alias.asname else first

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        above = self.package[: len(self.package) - node.level + 1] if node.level else []
        module = ".".join([*above, *([node.module] if node.module else [])])
        for alias in node.names:
            self.touch(node, f"{module}.{alias.name}")
            self.imported[alias.asname or alias.name] = f"{module}.{alias.name}"

    def visit_Name(self, node: ast.Name) -> None:
        if node.id in self.imported:
            self.touch(node, self.imported[node.id])
        elif node.id == "open":
            self.touch(node, "builtins.open")

    def visit_Attribute(self, node: ast.Attribute) -> None:
        name = self.dotted(node)
        if name:
            self.touch(node, name)
        else:
            self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        by_name = (self.dotted(node.func) or "").rpartition(".")[2] in ("import_module", "__import__")
        if by_name and node.args and isinstance(node.args[0], ast.Constant):
            self.touch(node, str(node.args[0].value))
        if isinstance(node.func, ast.Attribute) and node.func.attr in PATH_METHODS:
            receiver = ast.unparse(node.func.value).rpartition(".")[2]
            if receiver.lstrip("_") != "files":
                self.touch(node, f"Path().{node.func.attr}")
        self.generic_visit(node)

    def dotted(self, node: ast.expr) -> str | None:
        """The dotted name that an expression such as `t.perf_counter` reaches through an import."""
        if isinstance(node, ast.Name):
            return self.imported.get(node.id, "__import__" if node.id == "__import__" else None)
        if isinstance(node, ast.Attribute):
            base = self.dotted(node.value)
            return f"{base}.{node.attr}" if base else None
        return None


def touched(path: str, code: str) -> list[Touch]:
    """What the file touches: `import os` is a touch of `os`, a later `os.open` one of `os.open`."""
    reader = Reader(path)
    tree = ast.parse(code)
    # Imports first, wherever they stand: a function may use a name that is imported below it.
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            reader.visit_Import(node)
        elif isinstance(node, ast.ImportFrom):
            reader.visit_ImportFrom(node)
    reader.touches.clear()
    reader.visit(tree)
    return reader.touches


def broken_rules(path: str, code: str, services: frozenset[str]) -> Iterator[tuple[str, str]]:
    """(rule, place) of each breach in a file. services: the names of the services' folders."""
    parts = path.split("/")
    inside = parts[1] if parts[0] == "services" and parts[1] in services else None
    for touch in touched(path, code):
        place = f"{path}:{touch.line} {touch.name}"
        for title, rule in RULES.items():
            if rule.broken_by(path, touch):
                yield title, place
        first, _, rest = touch.name.partition(".")
        other = rest.partition(".")[0]
        if parts[0] == first == "services" and other in services - {inside}:
            allowed = path == REGISTRY or (inside, other) in NEIGHBOURS
            if not allowed:
                yield "a service imports no other service", place


def real_files() -> list[str]:
    return sorted(file.relative_to(ROOT).as_posix() for layer in LAYERS for file in (ROOT / layer).rglob("*.py"))


def real_services() -> frozenset[str]:
    return frozenset(file.parent.name for file in (ROOT / "services").glob("*/__init__.py"))


def test_all_layers_are_read() -> None:
    assert {path.split("/")[0] for path in real_files()} == set(LAYERS)
    assert {"s3", "sqs", "dynamodb", "sts"} <= real_services()


@pytest.mark.parametrize("layer", LAYERS)
def test_the_code_keeps_the_rules(layer: str) -> None:
    breaches = [
        f"{place}: {title}"
        for path in real_files()
        if path.startswith(f"{layer}/")
        for title, place in broken_rules(path, (ROOT / path).read_text(encoding="utf-8"), real_services())
    ]
    assert not breaches, "\n".join(breaches)


@pytest.mark.parametrize(
    ("path", "code", "rule"),
    [
        ("services/clock2.py", "from emu.settings import Settings", "services know neither emu nor storage"),
        ("services/sqs/state.py", "from storage import files", "services know neither emu nor storage"),
        (
            "services/sqs/state.py",
            "def f():\n    import storage.base",
            "services know neither emu nor storage",
        ),
        ("storage/base.py", "from services.machine import Machine", "storage knows neither emu nor services"),
        (
            "storage/base.py",
            "import importlib as i\ni.import_module('emu')",
            "storage knows neither emu nor services",
        ),
        ("storage/base.py", "__import__('services')", "storage knows neither emu nor services"),
        ("storage/base.py", "import botocore.loaders", "storage knows nothing of AWS and the web"),
        ("services/s3/state.py", "from services.sqs import message", "a service imports no other service"),
        ("services/s3/state.py", "from ..sqs.message import Message", "a service imports no other service"),
        ("services/s3/state.py", "from services import sqs", "a service imports no other service"),
        ("services/events.py", "import services.sqs.message", "a service imports no other service"),
        ("services/dynamodb/t.py", "import services.dynamodbstreams", "a service imports no other service"),
        ("services/sqs/a.py", "import socket", "services are pure: no sockets, files, processes, protocols"),
        ("services/sqs/a.py", "x = open('f')", "services are pure: no sockets, files, processes, protocols"),
        (
            "services/sqs/a.py",
            "from pathlib import Path",
            "services are pure: no sockets, files, processes, protocols",
        ),
        ("services/sqs/a.py", "import asyncio", "services are pure: no sockets, files, processes, protocols"),
        (
            "services/sqs/a.py",
            "from starlette import x",
            "services are pure: no sockets, files, processes, protocols",
        ),
        ("storage/bodies/blobs.py", "import os\nos.fsync(3)", "storage meets the disk in files.py alone"),
        (
            "storage/bodies/blobs.py",
            "from os import replace as r\nr('a', 'b')",
            "storage meets the disk in files.py alone",
        ),
        ("storage/bodies/blobs.py", "def f(path):\n    path.unlink()", "storage meets the disk in files.py alone"),
        ("storage/bodies/blobs.py", "with open('f') as f: pass", "storage meets the disk in files.py alone"),
        ("emu/app.py", "import time as t\nt.time()", "one clock"),
        ("emu/app.py", "import time\nf(default=time.time)", "one clock"),
        ("emu/app.py", "from datetime import datetime\ndatetime.now(UTC)", "one clock"),
        ("emu/app.py", "import datetime as d\nd.datetime.utcnow()", "one clock"),
        ("emu/app.py", "import time\ntime.sleep(1)", "the server never sleeps"),
        ("services/sqs/a.py", "from time import monotonic", "services take no durations"),
        ("emu/app.py", "import random", "one source of randomness"),
        (
            "storage/bodies/blobs.py",
            "def f():\n    return uuid4()\nfrom uuid import uuid4",
            "one source of randomness",
        ),
        ("storage/files.py", "import os\nos.urandom(8)", "one source of randomness"),
        ("emu/__init__.py", "import sys", "importing emu does nothing"),
        ("emu/home.py", "from pathlib import Path", "home comes before everything"),
        ("emu/__main__.py", "from emu.cli import main", "main imports the rest after home"),
        ("emu/testing/plugin.py", "import boto3", "the test plugin loads no server and no client"),
        ("emu/wire/models.py", "def f():\n    import botocore", "AWS's models are read as data"),
        ("emu/testing/plugin.py", "def f():\n    import storage", "the test plugin is not the server"),
        ("emu/app.py", "from conformance import case", "the program needs no test, benchmark or example"),
    ],
)
def test_a_planted_breach_is_found(path: str, code: str, rule: str) -> None:
    assert rule in dict(broken_rules(path, code, frozenset({"s3", "sqs", "dynamodb", "dynamodbstreams"})))


@pytest.mark.parametrize(
    ("path", "code"),
    [
        (
            "emu/app.py",
            "from services.registry import services\nfrom storage.store import Store\nimport asyncio",
        ),
        ("emu/app.py", "import time\nstarted = time.perf_counter()"),
        ("emu/__main__.py", "from emu import home\ndef main():\n    from emu.cli import main"),
        ("emu/testing/plugin.py", "def client():\n    import boto3"),
        ("services/registry.py", "from services import dynamodb, s3, sqs"),
        ("services/dynamodbstreams/a.py", "from services.dynamodb.state import State"),
        (
            "services/sqs/a.py",
            "from services.clock import Clock\nfrom services.sqs import limits\nfrom . import state",
        ),
        ("services/sqs/a.py", "def random(clock): return clock.time.time()\nself.files.open()"),
        ("services/sqs/a.py", "from datetime import UTC, datetime\ndatetime.fromtimestamp(0, UTC)"),
        ("services/clock.py", "import time\ntime.time_ns()"),
        ("services/ids.py", "import os\nos.urandom(16)"),
        ("storage/bodies/blobs.py", "self._files.unlink(path)\nfiles.rename(one, other)"),
        ("storage/files.py", "import os\nos.open('f', os.O_RDONLY)"),
        (
            "storage/bodies/blobs.py",
            "import os\nfrom pathlib import Path\nos.path.join('a', 'b')\nname.replace('a', 'b')",
        ),
    ],
)
def test_what_is_allowed_is_not_reported(path: str, code: str) -> None:
    assert not list(broken_rules(path, code, frozenset({"s3", "sqs", "dynamodb", "dynamodbstreams"})))
