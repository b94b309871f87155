"""Runs the crawl on emu, kills everything on the way, resumes, and checks the result.

`python -m examples.crawler` copies Python's documentation, serves it, starts emu on a fresh data directory
with some workers, and sends SIGKILL to emu *and* the workers at evenly spread points of the crawl. Each time,
emu is XX"""

import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import click
from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from examples.crawler import resources, site
from examples.crawler.processes import HOST, Process, ProcessError, aws_environment, free_port
from examples.crawler.site import Site
from examples.crawler.verify import Report, message_count, totals, verify

STALLED_S = 60
"""A crawl in which nothing changes for so long has failed."""

console = Console(highlight=False)


@dataclass
class Run:
    """One crawl: its processes, and what happened to them."""

    endpoint: str
    root: str
    folder: Path
    crawlers: int
    delay_s: float
    owns_emu: bool
    emu: Process | None = None
    workers: list[Process] = field(default_factory=list)
    killed_at: list[int] = field(default_factory=list)
    restart_s: list[float] = field(default_factory=list)

    def start_emu(self) -> None:
        """Start emu on the run's data directory and wait until it is ready."""
        if not self.owns_emu:
            return
        port = self.endpoint.rpartition(":")[2]
        data_dir = self.folder / "state"
        arguments = ["-m", "emu", "--host", HOST, "--port", port, "--data-dir", str(data_dir)]
        self.emu = Process("emu", arguments, log=self.folder / "emu.log", env=aws_environment(self.endpoint))
        self.emu.wait_for(f"{self.endpoint}/kumo/ready")

    def start_workers(self) -> None:
        """Start the crawl workers and one indexer."""
        env = aws_environment(self.endpoint)
        crawl = ["-m", "examples.crawler.crawl", self.root, str(self.delay_s)]
        for number in range(1, self.crawlers + 1):
            log = self.folder / f"worker-{number}.log"
            self.workers.append(Process(f"worker {number}", crawl, log=log, env=env))
        indexer = ["-m", "examples.crawler.index"]
        self.workers.append(Process("the indexer", indexer, log=self.folder / "indexer.log", env=env))

    def kill_and_resume(self) -> None:
        """SIGKILL everything at once, start it again, and check that no counted page is gone."""
        before = totals()
        for process in self.processes():
            process.kill()
        self.stop()
        started = time.monotonic()
        self.start_emu()
        self.restart_s.append(time.monotonic() - started)
        after = totals()
        if after["pages"] < before["pages"]:
            raise ProcessError(f"{before['pages']} pages were recorded before the kill, {after['pages']} after")
        self.killed_at.append(after["pages"])
        self.start_workers()

    def restart_cleanly(self) -> None:
        """End the workers; stop emu as a user would, with SIGTERM, and start it again."""
        status = self.stop()
        if status != 0:
            raise ProcessError(f"emu ended with status {status} when it was told to stop: see its log")
        self.start_emu()

    def stop(self) -> int:
        """End all processes, emu last; returns emu's exit status."""
        for worker in self.workers:
            worker.stop()
        self.workers.clear()
        status = self.emu.stop() if self.emu else 0
        self.emu = None
        return status

    def processes(self) -> list[Process]:
        """Whatever runs."""
        return [self.emu, *self.workers] if self.emu else self.workers

    def watch(self) -> Iterator[int]:
        """Yield the number of recorded pages, some times a second, until both queues are empty.

        The order of the two questions matters: once the frontier is empty, no page will be stored any more.
        """
        changed, state = time.monotonic(), (-1, -1, -1)
        while True:
            for process in self.processes():
                process.check()
            pages = totals()["pages"]
            waiting = message_count(resources.FRONTIER)
            now = (pages, waiting, message_count(resources.STORED))
            yield pages
            if now[1:] == (0, 0):
                return
            if now != state:
                changed, state = time.monotonic(), now
            elif time.monotonic() - changed > STALLED_S:
                raise ProcessError(
                    f"nothing happened for {STALLED_S} s: {now[0]} pages recorded, "
                    f"{now[1]} messages in the frontier, {now[2]} for the indexer"
                )
            time.sleep(0.05)


def crawl(run: Run, copied: Site, kills: int) -> None:
    """Crawl the whole site with the given number of kills on the way."""
    kill_points = [len(copied.pages) * (number + 1) // (kills + 1) for number in range(kills)]
    with progress_bar("crawling", len(copied.pages)) as bar:
        task = bar.task_ids[0]
        for pages in run.watch():
            bar.update(task, completed=pages)
            if kill_points and pages >= kill_points[0]:
                kill_points.pop(0)
                run.kill_and_resume()
                bar.update(task, description=f"crawling, killed {len(run.killed_at)}×")
    if kill_points:
        raise ProcessError(f"the crawl was over before {len(kill_points)} of the kills: give it more pages")


def progress_bar(description: str, total: int | None) -> Progress:
    """A started bar with one task."""
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
    )
    bar.add_task(description, total=total)
    return bar


def copy_site(folder: Path, start: str, pages_max: int | None) -> Site:
    """Copy the site with a progress bar, or read a copy that is there."""
    if (folder / "robots.txt").exists():
        return site.read(folder)
    with progress_bar("copying Python's documentation", pages_max) as bar:
        task = bar.task_ids[0]
        return site.copy(
            folder,
            start=start,
            pages_max=pages_max or sys.maxsize,
            progress=lambda pages: bar.update(task, completed=pages),
        )


def summary(run: Run, copied: Site, report: Report, seconds: float) -> str:
    """The run in figures, as text for people."""
    kills = ", ".join(
        f"{pages} (ready again in {restart_s:.2f} s)"
        for pages, restart_s in zip(run.killed_at, run.restart_s, strict=True)
    )
    lines = [
        f"{len(copied.pages):,} pages, {copied.size_bytes / 2**20:.1f} MiB, {len(copied.dead)} dead links; "
        f"{run.crawlers} workers, {seconds:.1f} s, {len(copied.pages) / seconds:.0f} pages/s",
        f"killed at page {kills}" if kills else "not killed",
        *(["stopped cleanly and started again before the comparison"] if run.owns_emu else []),
        *(f"  same       {check}" for check in report.checks),
        *(f"  DIFFERENT  {difference}" for difference in report.differences),
    ]
    return "\n".join(lines)


@click.command()
@click.option("--pages", type=click.IntRange(min=1), help="Crawl only so many pages. [default: all, about 800]")
@click.option("--start", default="index.html", show_default=True, help="The page where the crawl begins.")
@click.option("--workers", type=click.IntRange(1, 64), default=3, show_default=True, help="Crawling processes.")
@click.option("--kills", type=click.IntRange(0, 20), help="Kills on the way. [default: 2; 0 with --endpoint]")
@click.option("--delay", type=click.FloatRange(min=0), default=0, help="Seconds a worker rests after a page.")
@click.option("--endpoint", help="Use the server at this URL; only the workers are killed then.")
@click.option("--site", "site_dir", type=click.Path(path_type=Path), help="Use the site's copy here, or make it here.")
def main(
    pages: int | None,
    start: str,
    workers: int,
    kills: int | None,
    delay: float,
    endpoint: str | None,
    site_dir: Path | None,
) -> None:
    """Crawl Python's documentation on emu, with kills on the way, and check what is stored."""
    if kills is None:
        kills = 0 if endpoint else 2
    folder = Path(tempfile.mkdtemp(prefix="emu-crawler-"))
    try:
        with ExitStack() as stack:
            copied = copy_site(site_dir or folder / "site", start, pages)
            server, root = site.serve(copied.folder, folder / "server.log")
            stack.enter_context(server)
            run = Run(
                endpoint=endpoint or f"http://{HOST}:{free_port()}",
                root=root,
                folder=folder,
                crawlers=workers,
                delay_s=delay,
                owns_emu=endpoint is None,
            )
            environment = aws_environment(run.endpoint)
            os.environ.clear()
            os.environ.update(environment)
            stack.callback(run.stop)
            run.start_emu()
            resources.create(root + start, max_receives=3 + kills)
            run.start_workers()
            started = time.monotonic()
            crawl(run, copied, kills)
            seconds = time.monotonic() - started
            run.restart_cleanly()
            report = verify(copied, root)
            console.print(summary(run, copied, report, seconds), markup=False, soft_wrap=True)
    except (ProcessError, BotoCoreError, ClientError) as error:
        console.print(f"The run failed: {error}", style="red", markup=False, soft_wrap=True)
        report = None
    if report and report.passed:
        shutil.rmtree(folder)
        return
    console.print(f"State and logs are kept in {folder}", markup=False)
    raise SystemExit(1)
