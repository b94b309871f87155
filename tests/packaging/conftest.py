"""Built distributions, throwaway environments, and a user's folder that is in the way. No network is used."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

# What a user may have in the folder that he starts emu in. Each is fatal when it is imported.
IN_THE_WAY = ("services/__init__.py", "storage/__init__.py", "click.py")


def run(*command: str | Path, cwd: Path) -> str:
    """The standard output of a command that must succeed. It inherits no setting of Python's."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    environment["PYTHONDONTWRITEBYTECODE"] = "1"
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, f"{command}: exit {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done.stdout


class Environment:
    """A virtual environment with emu in it, and with the dependencies of the one that runs the tests."""

    def __init__(self, folder: Path) -> None:
        run(sys.executable, "-m", "venv", "--without-pip", folder, cwd=folder.parent)
        self.folder = folder
        # A folder named in a .pth file goes on the path, but .pth files in it are not read: the emu under
        # test is the installed one, even when the environment that runs the tests has an editable one.
        packages = next(folder.glob("lib/python*/site-packages"))
        folders = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
        (packages / "dependencies.pth").write_text("\n".join(folders), encoding="utf-8")

    def install(self, *what: str | Path) -> None:
        offline = ("--no-index", "--no-deps", "--no-build-isolation", "--ignore-installed")
        self.run("python", "-m", "pip", "install", "--quiet", *offline, *what, cwd=self.folder)

    def run(self, command: str, *arguments: str | Path, cwd: Path) -> str:
        """Run one of the environment's commands."""
        return run(self.folder / "bin" / command, *arguments, cwd=cwd)


@pytest.fixture(scope="session")
def build(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Builds `wheel` or `sdist` from a source folder, with the build tools of the lock files."""

    def build_target(target: str, source: Path = ROOT) -> Path:
        out = tmp_path_factory.mktemp(target)
        run(sys.executable, "-m", "hatchling", "build", "-t", target, "-d", out, cwd=source)
        (made,) = out.iterdir()
        return made

    return build_target


@pytest.fixture(scope="session")
def wheel(build: Callable[..., Path]) -> Path:
    return build("wheel")


@pytest.fixture(scope="session")
def unpacked_sdist(build: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder inside the source distribution."""
    out = tmp_path_factory.mktemp("unpacked")
    with tarfile.open(build("sdist")) as archive:
        archive.extractall(out, filter="data")
    (folder,) = out.iterdir()
    return folder


@pytest.fixture
def user_folder(tmp_path: Path) -> Path:
    """A project of the user's, full of names that emu also uses."""
    folder = tmp_path / "project"
    for name in IN_THE_WAY:
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("raise SystemExit(f'the user\\'s own {__file__} was imported')\n", encoding="utf-8")
    return folder


@pytest.fixture(scope="session", params=["wheel", "editable"])
def kind(request: pytest.FixtureRequest) -> str:
    """How emu was installed."""
    return str(request.param)


@pytest.fixture(scope="session")
def environment(kind: str, wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Environment:
    environment = Environment(tmp_path_factory.mktemp(kind) / "venv")
    environment.install(*([wheel] if kind == "wheel" else ["--editable", ROOT]))
    return environment
