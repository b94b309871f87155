"""Making a data directory that can't be opened one that can, without throwing anything away.

First it is understood what is wrong (:mod:`storage.repair.inspection`) and a plan is made (:mod:`storage.repair.plan`);
nothing has changed until then, and where there is no plan that loses nothing in silence the repair refuses. Then
whatever will be replaced or removed gets a second name in ``emu/repair-<n>/`` (:mod:`storage.repair.folder`), and only
then is anything changed.

A repair that is itself killed leaves a directory that is refused, or opens; it can be repaired again.
"""

from __future__ import annotations

from pathlib import Path

from storage.content import Program
from storage.directory import Layout, Lock, refusal
from storage.errors import DirectoryRefused
from storage.files import Files
from storage.repair.folder import RepairFolder
from storage.repair.inspection import inspect
from storage.repair.plan import Plan, Take
from storage.repair.report import Repair, describe

_ROUNDS = 4


def repair(
    root: Path, program: Program, *, take: Take | None = None, dry_run: bool = False, files: Files | None = None
) -> Repair:
    """Repairs a directory, or with ``dry_run`` says what would be done. Raises DirectoryRefused, also while another
    process has the directory open; nothing has changed then."""
    files = files or Files()
    layout = Layout(root)
    inspect(root, program, quick=True, files=files)  # refuses what isn't a directory of emu, before a lock is made
    try:
        if not files.exists(layout.own):
            files.mkdir(layout.own)
        lock = Lock(files, layout.lock)
        try:
            return _repair_locked(files, layout, program, take, dry_run)
        finally:
            lock.release()
    except OSError as error:
        raise refusal(root, error, "repair") from error


def _repair_locked(files: Files, layout: Layout, program: Program, take: Take | None, dry_run: bool) -> Repair:
    aside = RepairFolder(files, layout)
    plan = Plan(files, layout, program, take, aside, inspect(layout.root, program, files=files))
    plan.make()
    result = plan.result
    if dry_run:
        return result
    for _ in range(_ROUNDS):
        if not plan.actions:
            break
        plan.carry_out()
        result.folder = aside.folder
        result.after = inspect(layout.root, program, files=files)
        # Damage may have hidden more of it: what a damaged document refers to, what is behind a first bad file.
        plan = Plan(files, layout, program, take, aside, result.after)
        try:
            plan.make()
        except DirectoryRefused as error:
            result.steps.append(f"not repaired: {error}")
            break
        result.add(plan.result)
    if result.folder is not None:
        aside.report(describe(result))
    return result


__all__ = ["Repair", "Take", "describe", "repair"]
