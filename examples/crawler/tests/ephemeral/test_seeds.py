"""The seeds of the persistent layer are what the code makes today; `--emu-update-snapshots` makes them anew."""

import pytest

from emu.testing import Handle
from examples.crawler import resources
from examples.crawler.tests.conftest import START, Site, crawl, index


@pytest.mark.emu(state="ephemeral", deterministic="half-crawled", clock="2026-01-01T00:00:00Z")
def test_half_crawled(emu: Handle, site: Site) -> None:
    resources.create(START, visibility_s=300, max_receives=3)
    crawl(limit=3)
    index()
    emu.check_snapshot(
        "half-crawled",
        purpose="A crawl that was interrupted after three of eight pages",
        exercises=["resume from the frontier", "no URL twice across runs", "a second run"],
    )
