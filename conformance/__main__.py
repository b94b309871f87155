"""`python -m conformance run|compare|cases`: see README.md beside this file."""

import sys
from itertools import groupby
from pathlib import Path

import click

from conformance import recording, register, report
from conformance.case import Case, collect
from conformance.compare import compare
from conformance.recording import Recording
from conformance.runner import run
from conformance.target import Target

HERE = Path(__file__).parent
REGISTER = HERE / "divergences.toml"
JOBS = 6

only_option = click.option("--only", default="*", help="Cases whose names match, such as 's3/put_object/*'.")
jobs_option = click.option("--jobs", default=JOBS, show_default=True, help="Cases that run at a time.")


@click.group(help=__doc__)
def main() -> None:
    """Conformance of one AWS endpoint with another."""


@main.command("cases")
@only_option
def list_cases(only: str) -> None:
    """List the cases and what AWS documents for each."""
    for case in collect(only):
        click.echo(f"{case.name}  [{case.operation}, {case.kind}]\n    {case.promise}\n    {case.page}")


@main.command("run")
@click.option("--endpoint", required=True, help="Such as http://127.0.0.1:4566.")
@click.option("--record", type=click.Path(dir_okay=False, path_type=Path), help="Write the observations here.")
@click.option("--name", help="What is observed, such as 'kumo 0.18.0'; the endpoint if not given.")
@only_option
@jobs_option
def run_cases(endpoint: str, record: Path | None, name: str | None, only: str, jobs: int) -> None:
    """Run the cases and record what they observe."""
    cases = collect(only)
    observed = _observe(endpoint, cases, name, jobs)
    if record:
        recording.save(observed, record)
    stopped = [case for case, steps in observed.cases.items() if "(stopped)" in steps]
    click.echo(f"{len(observed.cases)} cases run, {len(stopped)} could not go to their end")
    for case in stopped:
        click.echo(f"    {case}: {observed.cases[case]['(stopped)']['failure']}")


@main.command("compare")
@click.argument("left")
@click.argument("right")
@click.option("--register", "register_path", type=click.Path(exists=True, path_type=Path), default=REGISTER)
@click.option("--failing", is_flag=True, help="Show only what fails the comparison.")
@click.option("--draft", is_flag=True, help="Print unregistered differences as divergences, to be completed.")
@only_option
@jobs_option
def compare_targets(
    left: str, right: str, register_path: Path, failing: bool, draft: bool, only: str, jobs: int
) -> None:
    """Compare LEFT (emu) with RIGHT (Kumo): each is a URL or a recording.

    Exits with 1 on a difference that the register doesn't hold, and on an entry that no difference matches.
    """
    cases = collect(only)
    try:
        entries = register.load(register_path)
        sides = [_side(side, cases, jobs) for side in (left, right)]
    except ValueError as problem:
        raise click.ClickException(str(problem)) from problem
    differences = compare(*sides)
    found = [difference for of_case in differences.values() for difference in of_case]
    judgement = register.judge(found, entries, cases, whole=only == "*")
    if draft:
        by_name = {case.name: case for case in cases}
        version = sides[1].target.split()[-1]
        for name, of_case in groupby(judgement.unregistered, key=lambda difference: difference.case):
            click.echo(register.draft(by_name[name], of_case, version))
    else:
        names = sides[0].target, sides[1].target
        for line in report.lines(differences, judgement, names, everything=not failing):
            click.echo(line)
    sys.exit(0 if judgement.passes else 1)


def _side(side: str, cases: list[Case], jobs: int) -> Recording:
    if side.startswith(("http://", "https://")):
        return _observe(side, cases, None, jobs)
    wanted = {case.name for case in cases}
    loaded = recording.load(Path(side))
    return Recording(loaded.target, {name: steps for name, steps in loaded.cases.items() if name in wanted})


def _observe(endpoint: str, cases: list[Case], name: str | None, jobs: int) -> Recording:
    target = Target(endpoint, connections=jobs)
    with click.progressbar(length=len(cases), label=endpoint, file=sys.stderr) as bar:
        return run(target, cases, name or endpoint, jobs, done=lambda case: bar.update(1))


if __name__ == "__main__":
    main()
