"""The copied site as the oracle of the crawl."""

import hashlib
from pathlib import Path

import pytest

from examples.crawler import site


def test_the_copy_tells_pages_dead_links_and_sizes(tmp_path: Path) -> None:
    index = b'<a href="a.html">a</a> <a href="gone.html#x">gone</a> <a href="test.html">left out</a>'
    (tmp_path / "index.html").write_bytes(index)
    (tmp_path / "a.html").write_bytes(b'<a href="index.html"> <a href="https://elsewhere/b.html"> <a href="f?k=v">')
    (tmp_path / "robots.txt").write_text("User-agent: *\nDisallow: /test.html\n")

    copied = site.read(tmp_path)

    assert set(copied.pages) == {"index.html", "a.html"}
    assert copied.pages["index.html"] == hashlib.sha256(index).hexdigest()
    assert copied.dead == {"gone.html"}
    assert copied.size_bytes == sum(path.stat().st_size for path in tmp_path.glob("*.html"))


@pytest.mark.parametrize(
    ("name", "left_out"),
    [
        ("test.html", True),
        ("test.support.html", True),
        ("unittest.test.html", False),
        ("this.html", True),
        ("json.__main__.html", True),
        ("__main__.html", True),
        ("json.html", False),
    ],
)
def test_what_is_left_out(name: str, left_out: bool) -> None:
    assert site.is_left_out(name) is left_out
