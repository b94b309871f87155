"""What of a page is a link of the site: no AWS, no world."""

import pytest

from examples.crawler.crawl import Crawler, chunks

ROOT = "http://site.test/"


@pytest.fixture
def crawler(site: object, monkeypatch: pytest.MonkeyPatch) -> Crawler:
    """A crawler that never calls AWS."""
    monkeypatch.setattr("examples.crawler.crawl.queue_url", lambda name: name)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    return Crawler(ROOT)


@pytest.mark.parametrize(
    ("href", "links"),
    [
        ("a.html", {ROOT + "a.html"}),
        ("a.html#part", {ROOT + "a.html"}),
        ("/b/../a.html", {ROOT + "a.html"}),
        ("http://elsewhere.test/a.html", set()),
        ("a.html?print=1", set()),
        ("picture.png", set()),
        ("secret.html", set()),
    ],
)
def test_links(crawler: Crawler, href: str, links: set[str]) -> None:
    assert crawler.links(ROOT + "index.html", f'<A class="x" HREF="{href}">'.encode()) == links


def test_chunks() -> None:
    assert list(chunks(["a", "b", "c"], 2)) == [["a", "b"], ["c"]]
