"""The site that is crawled: a copy of Python's own documentation.

`pydoc` documents every module of the standard library as a page with links to others, about 800 pages and
32 MiB, on every machine that has Python. It is slow and answers errors with status 200, so it is copied once,
page after page, into a folder that `http.server` then serves. In the copy,

- a page for which pydoc has only an error is missing: a dead link, 404;
- a page that is left out on purpose is named in `robots.txt`.

The copy is also the oracle: it tells what a crawl must find.
"""

import hashlib
import re
import subprocess
import tempfile
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from examples.crawler.processes import HOST, Process, free_port, loopback

LEFT_OUT = {"antigravity", "this", "test", "idlelib", "turtledemo", "lib2to3"}
"""Packages that open a browser, print, or document tests and demos."""

_HREF = re.compile(rb'href="([^"#?:]+\.html)[#"]')
_ERROR = re.compile(rb"<title>Pydoc: Error - ")


@dataclass(frozen=True)
class Site:
    """A copy on disk: page name → sha256 of its body in hex; the dead links; the sum of the sizes."""

    folder: Path
    pages: dict[str, str]
    dead: frozenset[str]
    size_bytes: int


def copy(folder: Path, *, start: str, pages_max: int, progress: Callable[[int], None]) -> Site:
    """Copy at most `pages_max` pages, those nearest to `start` first; `progress` is told how many there are.

    `robots.txt` is written last: a folder that holds it is complete.
    """
    folder.mkdir(parents=True, exist_ok=True)
    port = free_port()
    with tempfile.TemporaryDirectory() as empty:  # pydoc also lists what lies in its working directory
        arguments = ["-I", "-S", "-m", "pydoc", "-n", HOST, "-p", str(port)]
        log = folder.with_suffix(".log")
        with Process("pydoc", arguments, log=log, cwd=Path(empty), stdin=subprocess.PIPE) as pydoc:
            root = f"http://{HOST}:{port}/"
            pydoc.wait_for(root)
            left_out = _copy_pages(root, folder, start, pages_max, progress)
    rules = "".join(f"Disallow: /{name}\n" for name in sorted(left_out))
    (folder / "robots.txt").write_text(f"User-agent: *\n{rules}")
    return read(folder)


def _copy_pages(root: str, folder: Path, start: str, pages_max: int, progress: Callable[[int], None]) -> set[str]:
    """Write the pages, breadth first; return the names of those that were met but left out."""
    waiting, met, left_out = deque([start]), {start}, set()
    copied = 0
    while waiting:
        name = waiting.popleft()
        if copied == pages_max or is_left_out(name):
            left_out.add(name)
            continue
        with loopback.open(root + name, timeout=60) as response:
            body = response.read()
        if _ERROR.search(body):
            continue
        (folder / name).write_bytes(body)
        copied += 1
        progress(copied)
        links = _links(body) - met
        met |= links
        waiting.extend(sorted(links))
    return left_out


def read(folder: Path) -> Site:
    """What a crawl of the copy in `folder` must find."""
    rules = (folder / "robots.txt").read_text().splitlines()
    left_out = {rule.removeprefix("Disallow: /") for rule in rules}
    pages, links, size_bytes = {}, set(), 0
    for path in sorted(folder.glob("*.html")):
        body = path.read_bytes()
        pages[path.name] = hashlib.sha256(body).hexdigest()
        size_bytes += len(body)
        links |= _links(body)
    return Site(folder, pages, frozenset(links - set(pages) - left_out), size_bytes)


def serve(folder: Path, log: Path) -> tuple[Process, str]:
    """Serve the copy on loopback; returns the process and the site's root URL."""
    port = free_port()
    arguments = ["-m", "http.server", str(port), "--bind", HOST, "--directory", str(folder)]
    server = Process("the site's server", arguments, log=log)
    root = f"http://{HOST}:{port}/"
    server.wait_for(f"{root}robots.txt")
    return server, root


def _links(body: bytes) -> set[str]:
    return {name.decode() for name in _HREF.findall(body)}


def is_left_out(name: str) -> bool:
    """Whether the page belongs to one of the packages of `LEFT_OUT` or to a program's entry."""
    module = name.removesuffix(".html")
    return module.split(".")[0] in LEFT_OUT or f".{module}".endswith(".__main__")
