"""What becomes of a test's report: the bundle of a failure, the quarantine, and the end of the test's world."""

from __future__ import annotations

from pathlib import Path

import pytest

from emu.testing.markers import MarkerError, Quarantine, quarantine_of
from emu.testing.today import today

BUNDLE = "emu_bundle"
QUARANTINED = "emu_quarantined"


def keep_bundle(item: pytest.Item, report: pytest.TestReport) -> None:
    """Archives the failed test's world, once, and puts the archive's path into the report; why not, where it can't be
    written: the project may well be read only."""
    from emu.testing.bundle import command, write
    from emu.testing.errors import TestingError
    from emu.testing.sessions import present_world

    world = present_world(item)
    if world is None or not world.has_begun or any(name == BUNDLE for name, _ in item.user_properties):
        return
    folder = bundle_folder(item.config)
    try:
        archive = write(world, item, report, folder)
    except (OSError, TestingError) as error:
        report.sections.append(("emu", f"no bundle in {folder}: {error}\n--emu-bundles DIR keeps bundles elsewhere"))
        return
    item.user_properties.append((BUNDLE, str(archive)))
    report.user_properties.append((BUNDLE, str(archive)))
    report.sections.append(("emu", f"bundle: {archive}\nreopen: {command(archive)}"))


def bundle_folder(config: pytest.Config) -> Path:
    """Where bundles are kept: the option, else the project's setting."""
    return config.rootpath / str(config.getoption("emu_bundles") or config.getini("emu_bundles"))


def apply_quarantine(item: pytest.Item, report: pytest.TestReport) -> None:
    """Before its date, a quarantined test's failure is reported as expected; from then on it fails."""
    try:
        quarantine = quarantine_of(item)
    except MarkerError:  # was reported at collection
        return
    if quarantine is None:
        return
    if not is_in_force(quarantine):
        report.sections.append(("emu", f"quarantine: ended {quarantine.until} ({quarantine.reason})"))
        return
    report.outcome = "skipped"
    report.wasxfail = f"quarantined until {quarantine.until}: {quarantine.reason}"
    report.user_properties.append((QUARANTINED, f"until {quarantine.until}: {quarantine.reason}"))


def is_in_force(quarantine: Quarantine) -> bool:
    return today() < quarantine.until


def summarize(reporter: pytest.TerminalReporter) -> None:
    """Says at the end of the run which bundles were kept, which snapshots updated and what quarantine has covered."""
    reports = [
        report for reports in reporter.stats.values() for report in reports if hasattr(report, "user_properties")
    ]
    found: dict[str, list[str]] = {}
    for report in reports:
        for name, value in report.user_properties:
            line = f"{report.nodeid}: {value}"
            if name.startswith("emu_") and line not in found.setdefault(name, []):
                found[name].append(line)
    titles = {
        BUNDLE: "bundles of failed tests (emu open BUNDLE)",
        QUARANTINED: "failures in quarantine",
        "emu_updated_snapshot": "updated snapshots, to be reviewed",
    }
    for name, title in titles.items():
        if name in found:
            reporter.section(f"emu: {title}", sep="-")
            for line in found[name]:
                reporter.write_line(line)
