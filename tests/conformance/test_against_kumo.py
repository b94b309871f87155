"""emu, live, against what a real Kumo was observed to answer: every difference is registered, every entry is true."""

from pathlib import Path

import pytest

import conformance
from conformance import recording, register, report
from conformance.case import collect
from conformance.compare import compare
from conformance.recording import Recording
from conformance.runner import run
from conformance.target import Target
from emu.testing import Emulator

HERE = Path(conformance.__file__).parent
KUMO = recording.load(HERE / "recordings" / "kumo-0.18.0.json")
REGISTER = register.load(HERE / "divergences.toml")
JOBS = 6


@pytest.fixture(scope="module")
def emu() -> Recording:
    with Emulator() as emulator:
        return run(Target(emulator.endpoint_url, connections=JOBS), collect(), "emu", JOBS)


def test_every_difference_is_registered(emu: Recording) -> None:
    differences = compare(emu, KUMO)
    found = [difference for of_case in differences.values() for difference in of_case]
    judgement = register.judge(found, REGISTER, collect())
    names = emu.target, KUMO.target
    assert judgement.passes, "\n".join(report.lines(differences, judgement, names, everything=False))


def test_every_case_goes_to_its_end(emu: Recording) -> None:
    """What stops on both sides would pass for equal."""
    failed = {name: steps for name, steps in emu.cases.items() if any("failure" in step for step in steps.values())}
    assert failed == {}


def test_the_recording_is_of_todays_cases() -> None:
    assert KUMO.cases.keys() == {case.name for case in collect()}


def test_every_entry_is_about_the_kumo_that_was_recorded() -> None:
    assert {f"kumo {entry.kumo_version}" for entry in REGISTER} == {KUMO.target}
