"""An installed emu, started in a user's folder that holds his own `services/`, `storage/` and `click.py`."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.packaging.conftest import Environment

ROOT = Path(__file__).resolve().parents[2]

ENTER = "from emu import home; home.put_house_on_path()"
PATHS = "'\\n'.join(__import__(name).__file__ for name in ('services', 'storage', 'click'))"


def assert_ours(printed: str, environment: Environment, kind: str) -> None:
    """The three paths printed are those of emu's own `services` and `storage`, and of the real click."""
    services, storage, click = map(Path, printed.splitlines())
    if kind == "wheel":
        (house,) = environment.folder.glob("lib/python*/site-packages/emu/_home")
    else:
        house = ROOT
    assert services == house / "services" / "__init__.py"
    assert storage == house / "storage" / "__init__.py"
    assert click.parts[-3:] == ("site-packages", "click", "__init__.py")


@pytest.mark.parametrize("flags", [(), ("-P",)], ids=["", "-P"])
def test_the_house_wins_over_the_users_folder(
    environment: Environment, kind: str, user_folder: Path, flags: tuple[str, ...]
) -> None:
    printed = environment.run("python", *flags, "-c", f"{ENTER}; print({PATHS})", cwd=user_folder)
    assert_ours(printed, environment, kind)


def test_it_wins_in_a_spawned_child(environment: Environment, kind: str, user_folder: Path) -> None:
    in_child = f"multiprocessing.get_context('spawn').Pool(1).apply(eval, ({PATHS!r},))"
    printed = environment.run("python", "-c", f"import multiprocessing; {ENTER}; print({in_child})", cwd=user_folder)
    assert_ours(printed, environment, kind)


def test_it_is_needed(environment: Environment, user_folder: Path) -> None:
    """Without the house the user's own modules are what Python finds: the tests above can fail."""
    with pytest.raises(AssertionError, match=r"the user's own .* was imported"):
        environment.run("python", "-c", f"import emu; print({PATHS})", cwd=user_folder)


def test_importing_emu_leaves_the_path_alone(environment: Environment, user_folder: Path) -> None:
    code = "import sys; before = sys.path[:]; import emu, emu.home, emu.__main__; print(sys.path == before)"
    assert environment.run("python", "-c", code, cwd=user_folder) == "True\n"


def test_entering_twice_changes_nothing(environment: Environment, user_folder: Path) -> None:
    code = f"import sys; {ENTER}; once = sys.path[:]; home.put_house_on_path(); print(sys.path == once)"
    assert environment.run("python", "-c", code, cwd=user_folder) == "True\n"


@pytest.mark.parametrize(
    "command",
    [("emu",), ("python", "-m", "emu"), ("python", "-P", "-m", "emu"), ("python", "-I", "-m", "emu")],
    ids=" ".join,
)
def test_the_command_starts(environment: Environment, user_folder: Path, command: tuple[str, ...]) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["version"] in environment.run(*command, "--version", cwd=user_folder)
