"""The crawl worker may die at any call to AWS, and another one goes on without a loss."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from examples.crawler import resources, site
from examples.crawler.crawl import Crawler
from examples.crawler.index import Indexer
from examples.crawler.processes import HOST, Process, aws_environment, free_port
from examples.crawler.verify import message_count, verify

QUEUES = (resources.FRONTIER, resources.DEAD_LETTERS, resources.STORED)
TABLES = (resources.SEEN, resources.PAGES, resources.TOTALS, resources.INDEX)
CALLS_OF_A_PAGE = 8
"""receive, is it recorded, body, what is unseen, queue, seen, record, delete"""


class Died(BaseException):
    """What SIGKILL does, as seen from inside: nothing that comes after is done."""


@pytest.fixture(scope="module")
def emu(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A server in memory, and an environment in which boto3 finds it."""
    port = free_port()
    endpoint = f"http://{HOST}:{port}"
    log = tmp_path_factory.mktemp("emu") / "log"
    arguments = ["-m", "emu", "--host", HOST, "--port", str(port)]
    with (
        Process("emu", arguments, log=log, env=aws_environment(endpoint)) as server,
        pytest.MonkeyPatch.context() as patch,
    ):
        server.wait_for(f"{endpoint}/kumo/ready")
        for name, value in aws_environment(endpoint).items():
            patch.setenv(name, value)
        for name in set(os.environ) - set(aws_environment(endpoint)):
            patch.delenv(name)
        yield


@pytest.fixture
def root(tmp_path: Path) -> Iterator[str]:
    """The URL of a site of three pages; each links to the others."""
    folder = tmp_path / "site"
    folder.mkdir()
    names = ["index.html", "a.html", "b.html"]
    links = "".join(f'<a href="{name}">{name}</a>' for name in names)
    for name in names:
        (folder / name).write_text(f"<title>{name}</title>{links}")
    (folder / "robots.txt").write_text("User-agent: *\n")
    server, root = site.serve(folder, tmp_path / "log")
    with server:
        yield root


@pytest.fixture
def crawl(emu: None, root: str) -> Iterator[None]:
    """The crawl's resources, with a visibility timeout of 0: what a dead worker had is there at once."""
    resources.create(f"{root}index.html", visibility_s=0, max_receives=50)
    yield
    sqs, dynamodb, bucket = boto3.client("sqs"), boto3.client("dynamodb"), boto3.resource("s3").Bucket(resources.BUCKET)
    for queue in QUEUES:
        sqs.delete_queue(QueueUrl=resources.queue_url(queue))
    for table in TABLES:
        dynamodb.delete_table(TableName=table)
    bucket.objects.delete()
    bucket.delete()


def die_before(crawler: Crawler, calls: int) -> None:
    """Let the crawler die instead of making its call of this number."""
    made = 0

    def count(**_: Any) -> None:
        nonlocal made
        made += 1
        if made == calls:
            raise Died

    for client in (crawler.s3, crawler.sqs, crawler.dynamodb):
        client.meta.events.register("before-call", count)


def finish(root: str) -> None:
    """Crawl and index until nothing is left to do."""
    crawler, indexer = Crawler(root), Indexer()
    while message_count(resources.FRONTIER):
        crawler.take()
    while message_count(resources.STORED):
        indexer.take()


@pytest.mark.parametrize("call", range(1, CALLS_OF_A_PAGE + 2))
def test_nothing_is_lost_or_doubled_when_a_worker_dies(crawl: None, root: str, tmp_path: Path, call: int) -> None:
    dying = Crawler(root)
    die_before(dying, call)
    with pytest.raises(Died):
        dying.run()
    finish(root)
    assert verify(site.read(tmp_path / "site"), root).differences == []


def test_whatever_is_lost_or_changed_afterwards_is_found(crawl: None, root: str, tmp_path: Path) -> None:
    finish(root)
    dynamodb = boto3.client("dynamodb")
    boto3.client("s3").delete_object(Bucket=resources.BUCKET, Key="a.html")
    dynamodb.delete_item(TableName=resources.SEEN, Key={"url": {"S": f"{root}a.html"}})
    dynamodb.put_item(TableName=resources.PAGES, Item={"url": {"S": f"{root}b.html"}, "sha256": {"S": "0"}})
    dynamodb.put_item(TableName=resources.INDEX, Item={"url": {"S": "http://else/"}, "sha256": {"S": "0"}})
    boto3.client("sqs").send_message(QueueUrl=resources.queue_url(resources.DEAD_LETTERS), MessageBody="a page")

    found = [difference.split(":")[:2] for difference in verify(site.read(tmp_path / "site"), root).differences]

    assert found == [
        ["bodies in S3", " 1 missing"],
        ["page records", " 1 different"],
        ["index records", " 1 unexpected"],
        ["URLs seen", " 1 missing"],
        ["dead letters", " 1 unexpected"],
    ]
