"""The checkpoint's process: a command of emu, since only emu knows both the services and the storage.

The server starts it with the digest of the code that it runs itself; a process that finds other code on the disk,
after an upgrade under a running server, refuses: it might apply the records otherwise.
"""

from __future__ import annotations

import asyncio
import os
import sys
from functools import cache
from hashlib import sha256
from pathlib import Path

from emu.aside import REST_NAMES, states_aside
from storage.checkpoint import fold
from storage.checkpointer import FoldRequest
from storage.collection import collection_paused
from storage.errors import DirectoryRefused


@cache
def code_digest() -> str:
    """A digest of everything that decides what a record means, as it lies on the disk at the first call.

    A server over a directory calls it while it starts: it takes 5 ms, right behind the imports. Later, the code might
    be another one than was imported; in a thread, than is on the disk once it serves. Contents count and not file
    times, since a container's layers and a fresh checkout have others for the same code.
    """
    import emu.clock as clock_package
    import services as services_package
    import storage as storage_package

    digest = sha256()
    for package in (services_package, storage_package, clock_package):
        root = Path(str(package.__file__)).parent
        for path in sorted(root.rglob("*.py")):
            digest.update(f"{path.relative_to(root)}\0".encode() + path.read_bytes() + b"\0")
    return digest.hexdigest()


async def run_fold_process(request: FoldRequest) -> int:
    """Carries out a fold in a process of its own; its exit status."""
    from emu.home import house

    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-P",
        "-m",
        "emu",
        "fold",
        str(request.path),
        str(request.folder),
        *("--up-to", str(request.up_to)),
        *("--code", code_digest()),
        *(["--rest"] if request.rest else []),
        *(["--whole"] if request.whole else []),
        stdin=asyncio.subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": house()},
    )
    try:
        return await process.wait()
    except asyncio.CancelledError:
        process.kill()
        await process.wait()
        raise


def carry_out(request: FoldRequest, code: str) -> None:
    """The fold itself. Raises DirectoryRefused, also if the server runs other code than is installed now."""
    if code != code_digest():
        raise DirectoryRefused("The server runs other code than is installed now. Restart it.")

    with collection_paused():
        fold(
            request.path,
            request.folder,
            request.up_to,
            states_aside,
            rest_names=REST_NAMES if request.rest else None,
            whole=request.whole,
        )
