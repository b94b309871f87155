"""The clean stop: base and rest form are written from the live state, in the time that a stop may take."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from storage.checkpoint import Position, publish, write_state
from storage.journal.segment import drop_all_segments
from storage.machine import Machine
from storage.opening import Claim
from storage.pointer import Pointer, write_pointer

_log = logging.getLogger(__name__)
_REPORTS_LOGGED = 20


class OutOfTime(Exception):
    """A clean stop took longer than it may."""


def write_at_rest(
    claim: Claim,
    pointer: Pointer,
    folder: Path,
    machines: Mapping[str, Machine],
    machine_lsns: Mapping[str, int],
    position: Position,
    deadline: float,
) -> Pointer:
    """Brings a directory to rest whose journal is closed; the new pointer, whose state is ``live`` where somebody else
    changed the rest form. folder: for what isn't published yet. deadline: of :func:`time.monotonic`. Raises OutOfTime
    or OSError; the next start goes on from whatever is published then."""

    def check_in() -> None:
        if time.monotonic() > deadline:
            raise OutOfTime

    files, layout, bodies, lsn = claim.files, claim.layout, claim.bodies, position.mark.lsn
    if pointer.base.lsn == lsn and _rest_form_is_current(claim, pointer):
        new = replace(pointer, state="rest")
        write_pointer(files, layout, new)
    else:
        try:
            manifest = write_state(
                files,
                layout,
                pointer,
                folder,
                machines,
                position,
                changed={name for name, changed in machine_lsns.items() if changed > pointer.base.lsn},
                small_bodies={sha256: pending.data for sha256, pending in bodies.pending.items()},
                rest_names=claim.rest_names,
                check_in=check_in,
            )
            new = publish(files, layout, pointer, folder, manifest, at_rest=True, kept_documents=claim.kept.documents)
        finally:
            files.remove_tree(folder)
        for report in manifest.reports[:_REPORTS_LOGGED]:
            _log.warning("not in the rest form: %s", report)
        if len(manifest.reports) > _REPORTS_LOGGED:
            _log.warning("not in the rest form: … and %d more", len(manifest.reports) - _REPORTS_LOGGED)
    if new.state == "rest":
        drop_all_segments(files, layout.journal)
    bodies.unlink_blobs(bodies.settle(lsn))
    return new


def _rest_form_is_current(claim: Claim, pointer: Pointer) -> bool:
    documents = [claim.layout.rest_document(name) for name in claim.rest_names]
    named = pointer.rest.documents
    return pointer.rest.lsn == pointer.base.lsn and all(
        path.name in named and claim.files.exists(path) for path in documents
    )
