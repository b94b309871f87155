"""What has to survive: every test begins with the seed, in a directory of its own."""

from datetime import timedelta

import pytest

from emu.testing import Handle
from examples.crawler import resources
from examples.crawler.recrawl import recrawl
from examples.crawler.tests.conftest import ROOT, Site, crawl, index
from examples.crawler.verify import items, stored_bodies, totals

pytestmark = pytest.mark.emu(state="persistent", seed="half-crawled", clock="2026-01-01T00:00:00Z")


def test_it_resumes_after_a_kill(emu: Handle, site: Site) -> None:
    crawl(limit=2)
    emu.kill()
    emu.restart()
    emu.clock.advance(minutes=13)
    crawl()
    index()
    diff = emu.diff("half-crawled")
    assert len(diff.added("dynamodb", resources.PAGES)) == 5
    assert not diff.removed()
    assert {url for url, _ in items(resources.PAGES)} == {url for url, _ in items(resources.INDEX)} == site.urls()


def test_no_url_twice_across_runs(emu: Handle, site: Site) -> None:
    crawl()
    emu.restart()
    crawl()
    seen_before = {"index.html", "page-1.html", "page-2.html"}
    assert not seen_before & set(site.visits)
    assert len(site.visits) == len(set(site.visits))


def test_a_changed_page_is_found_by_a_second_run(emu: Handle, site: Site) -> None:
    crawl()
    index()
    before = totals()
    site.add("page-1.html", "page-2.html", "index.html", text="news")
    assert recrawl(emu.clock.now(), timedelta(days=1)) == []
    emu.clock.advance(days=2)
    assert recrawl(emu.clock.now(), timedelta(days=1)) == [ROOT + "page-1.html"]
    emu.restart()
    assert recrawl(emu.clock.now(), timedelta(days=1)) == []
    assert totals() == {"pages": before["pages"], "bytes_stored": before["bytes_stored"] + len("news")}
    changed = emu.diff("half-crawled").changed("s3", resources.BUCKET)
    assert [difference["name"] for difference in changed] == ["page-1.html"]
    index()
    records, indexed = dict(items(resources.PAGES)), dict(items(resources.INDEX))
    assert {url: item["sha256"] for url, item in indexed.items()} == {
        url: item["sha256"] for url, item in records.items()
    }
    assert indexed[ROOT + "page-1.html"]["size"]["N"] == str(len(site.pages["page-1.html"]))


def test_a_notice_that_comes_late_makes_no_record_older(emu: Handle, site: Site) -> None:
    crawl()
    late = [entry["body"] for entry in emu.messages(resources.STORED) if "page-3.html" in entry["body"]]
    index()
    site.add("page-3.html", "page-4.html", "index.html", text="news")
    emu.clock.advance(days=2)
    recrawl(emu.clock.now(), timedelta(days=1))
    index()
    before = dict(items(resources.INDEX))
    for notice in late:
        resources.client("sqs").send_message(QueueUrl=resources.queue_url(resources.STORED), MessageBody=notice)
    index()
    assert late
    assert dict(items(resources.INDEX)) == before


def test_the_expected_world(emu: Handle, site: Site) -> None:
    crawl()
    index()
    diff = emu.diff("half-crawled")
    found = {resource: len(diff.added("dynamodb", resource)) for resource in (resources.PAGES, resources.INDEX)}
    assert found == {resources.PAGES: 5, resources.INDEX: 5}
    assert len(diff.added("s3", resources.BUCKET)) == 5
    assert [difference["name"] for difference in diff.changed("dynamodb")] == ['{"name":{"S":"totals"}}']
    assert len(stored_bodies()) == len(site.urls())
