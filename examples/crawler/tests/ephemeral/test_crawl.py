"""One behaviour of the crawler a test, each on a clean world in memory."""

import json

import pytest

from emu.testing import Handle
from examples.crawler import resources
from examples.crawler.tests.conftest import ROOT, START, Site, crawl, index
from examples.crawler.verify import items, messages, stored_bodies, totals

pytestmark = pytest.mark.emu(state="ephemeral", clock="2026-01-01T00:00:00Z")


@pytest.fixture(autouse=True)
def world(emu: Handle, site: Site) -> None:
    resources.create(START, visibility_s=300, max_receives=3)


def test_it_finds_every_page_once(emu: Handle, site: Site) -> None:
    crawl()
    index()
    assert {url for url, _ in items(resources.PAGES)} == site.urls()
    assert {url for url, _ in items(resources.INDEX)} == site.urls()
    assert set(stored_bodies()) == {url.removeprefix(ROOT) for url in site.urls()}
    assert sorted(site.visits) == sorted({*site.visits}), "no URL twice"
    assert emu.events(operation="PutObject", resource=resources.BUCKET).count() == len(site.urls())


def test_a_page_that_is_not_there_ends_in_the_dead_letters(emu: Handle, site: Site) -> None:
    crawl()
    for _ in range(3):
        emu.clock.advance(seconds=1)  # what couldn't be fetched is visible again after a second
        crawl()
    emu.wait_until(queue_empty=resources.FRONTIER, timeout=1)
    assert list(messages(resources.DEAD_LETTERS)) == [ROOT + "missing.html"]
    assert site.visits.count("missing.html") == 3


def test_a_dead_workers_pages_come_back(emu: Handle, site: Site, sqs: object) -> None:
    frontier = resources.queue_url(resources.FRONTIER)
    assert resources.client("sqs").receive_message(QueueUrl=frontier)["Messages"]  # and then it is gone
    crawl()
    assert site.visits == []
    emu.clock.advance(minutes=5)
    crawl()
    assert totals()["pages"] == len(site.urls())


def test_a_lost_acknowledgement_doubles_nothing(emu: Handle, site: Site) -> None:
    with emu.fault("sqs", "DeleteMessage", kind="lost-acknowledgement", nth=3):
        crawl()
    with emu.fault("dynamodb", "TransactWriteItems", kind="lost-acknowledgement", nth=1):
        emu.reset()
        resources.create(START, visibility_s=300, max_receives=3)
        crawl()
    assert totals()["pages"] == len(site.urls())
    assert len(list(items(resources.PAGES))) == len(site.urls())


def test_throttling_and_partial_batches_lose_nothing(emu: Handle, site: Site) -> None:
    with (
        emu.fault("dynamodb", "BatchWriteItem", kind="unprocessed", count=2),
        emu.fault("sqs", "SendMessageBatch", kind="partial-batch-failure", nth=2),
        emu.fault("dynamodb", "TransactWriteItems", kind="transaction-conflict", nth=3),
        emu.fault("sqs", "ReceiveMessage", kind="duplicate-delivery", nth=2),
    ):
        for _ in range(4):
            crawl()
            emu.clock.advance(seconds=1)
    assert totals()["pages"] == len(site.urls())


def test_every_crash_point(emu: Handle, site: Site) -> None:
    site.add("index.html", "page-1.html")
    site.add("page-1.html", "index.html")
    del site.pages["page-2.html"]

    def work() -> None:
        crawl()
        index()

    def check() -> None:
        expected = {ROOT + "index.html", ROOT + "page-1.html"}
        assert {url for url, _ in items(resources.PAGES)} == expected
        assert {url for url, _ in items(resources.INDEX)} == expected
        assert totals()["pages"] == 2

    report = emu.crash_points(work, check=check)
    assert report.ok, report
    assert len(report.boundaries) > 15


def test_the_site_is_announced_page_by_page(emu: Handle, site: Site) -> None:
    crawl(limit=1)
    notice, *_ = [entry["body"] for entry in emu.messages(resources.STORED) if "Records" in json.loads(entry["body"])]
    assert json.loads(notice)["Records"][0]["s3"]["object"]["key"] == "index.html"
