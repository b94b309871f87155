"""Puts the house, the folder that holds `services` and `storage`, first on the import path.

Both are names that users have in their own projects. A wheel therefore carries them inside `emu/_home/`, out
of everybody's way; a checkout has them beside `emu/`. `python -m emu` starts with the user's current folder
first on the path, so that entry is replaced: with a plain insert before it a user's `services/` would lose,
but his `click.py` would still win over the one in site-packages.

Called first by `emu.__main__.main()` and by every child process that imports them; never at the import of
`emu`, which must leave the path of whoever imports it alone.

Only `os` and `sys` are used here: the interpreter has loaded both before the user's folder is on the path,
so not even a module of his that shadows the standard library can get in.
"""

import os
import sys


def house() -> str:
    """The absolute path of the folder that holds `services` and `storage`."""
    package = os.path.dirname(os.path.abspath(__file__))
    packed = os.path.join(package, "_home")
    return packed if os.path.isdir(packed) else os.path.dirname(package)


def put_house_on_path() -> None:
    """Make the house the first entry of `sys.path`, in place of the user's folder; idempotent."""
    folder = house()
    if sys.path[:1] == [folder]:
        return
    if sys.flags.safe_path:  # -P, -I, PYTHONSAFEPATH: the interpreter has put no folder of the user's there
        sys.path.insert(0, folder)
    else:
        sys.path[:1] = [folder]
