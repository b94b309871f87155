"""The crawler's own suite, on emu's pytest plugin: `python -m pytest examples/crawler/tests -m ephemeral`.

- `stateless/`: what needs no AWS at all;
- `ephemeral/`: one behaviour a test, on a world in memory that begins clean;
- `persistent/`: what has to survive, on a directory that begins with a seed of `snapshots/`.

The site is a dictionary behind `urlopen`: its URLs are the same in every run, and so are the seeds made of it.
"""

import io
import urllib.request
from collections.abc import Iterator
from email.message import Message
from typing import Any
from urllib.response import addinfourl

import pytest

from examples.crawler import resources
from examples.crawler.crawl import Crawler
from examples.crawler.index import Indexer

ROOT = "http://site.test/"
START = ROOT + "index.html"


class Site(urllib.request.HTTPHandler):
    """A site of this process; ``pages``: body by name. A page that isn't there is a 404."""

    def __init__(self) -> None:
        super().__init__()
        self.pages: dict[str, str] = {"robots.txt": "User-agent: *\nDisallow: /secret\n"}
        self.visits: list[str] = []

    def add(self, name: str, *links: str, text: str = "") -> None:
        anchors = "".join(f'<a href="{link}">{link}</a>' for link in links)
        self.pages[name] = f"<title>{name}</title>{text}{anchors}"

    def http_open(self, request: urllib.request.Request) -> Any:
        """What urllib calls for a URL of the scheme http."""
        name = request.full_url.removeprefix(ROOT)
        if name != "robots.txt":
            self.visits.append(name)
        body = self.pages.get(name)
        answer = addinfourl(
            io.BytesIO((body or "").encode()), Message(), request.full_url, 404 if body is None else 200
        )
        answer.msg = "Not Found" if body is None else "OK"  # type: ignore[attr-defined]
        return answer

    def urls(self) -> set[str]:
        """The URL of every page that a crawl must find."""
        return {ROOT + name for name in self.pages if name.endswith(".html")}


@pytest.fixture
def site() -> Iterator[Site]:
    """Eight pages; each links to the next, back to the first, and the last to one that isn't there."""
    site = Site()
    names = ["index.html", *(f"page-{number}.html" for number in range(1, 8))]
    for name, following in zip(names, [*names[1:], "missing.html"], strict=True):
        site.add(name, following, "index.html")
    urllib.request.install_opener(urllib.request.build_opener(site))
    yield site
    urllib.request.install_opener(urllib.request.build_opener())


def crawl(limit: int | None = None) -> None:
    """Visit what the frontier shows, at most about `limit` messages of it."""
    crawler, taken = Crawler(ROOT), 0
    while (limit is None or taken < limit) and visible(resources.FRONTIER):
        crawler.take()
        taken += 1


def index() -> None:
    """Index what is stored."""
    indexer = Indexer()
    while visible(resources.STORED):
        indexer.take()


def visible(queue: str) -> int:
    """How many messages of a queue can be received now."""
    name = "ApproximateNumberOfMessages"
    answer = resources.client("sqs").get_queue_attributes(QueueUrl=resources.queue_url(queue), AttributeNames=[name])
    return int(answer["Attributes"][name])


def pytest_configure(config: pytest.Config) -> None:
    """A seed of older code is worth a look, and no failure."""
    config.addinivalue_line("filterwarnings", "default::emu.testing.SeedFromAnotherCommit")
