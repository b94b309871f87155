"""What the built files hold."""

import zipfile
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def names_in(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def sources(folder: str) -> set[str]:
    """Every file of a package, relative to the project."""
    return {
        file.relative_to(ROOT).as_posix()
        for file in (ROOT / folder).rglob("*")
        if file.is_file() and file.suffix != ".pyc"
    }


def test_the_wheel_carries_the_house_inside_emu(wheel: Path) -> None:
    expected = sources("emu") | {f"emu/_home/{name}" for name in sources("services") | sources("storage")}
    names = names_in(wheel)
    assert {name for name in names if ".dist-info/" not in name} == expected
    assert {name.split("/")[0].partition("-")[0] for name in names} == {"emu", "kumo_emu"}


def test_the_wheel_declares_its_command_and_licence(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        info = next(name.split("/")[0] for name in archive.namelist() if ".dist-info/" in name)
        assert "emu = emu.__main__:main" in archive.read(f"{info}/entry_points.txt").decode().splitlines()
        assert f"{info}/licenses/LICENSE" in archive.namelist()
        metadata = archive.read(f"{info}/METADATA").decode().splitlines()
    assert "Name: kumo-emu" in metadata
    assert "Requires-Python: >=3.11" in metadata


def test_a_wheel_from_the_sdist_is_the_same_wheel(
    wheel: Path, unpacked_sdist: Path, build: Callable[..., Path]
) -> None:
    again = build("wheel", unpacked_sdist)
    assert again.name == wheel.name
    with zipfile.ZipFile(wheel) as one, zipfile.ZipFile(again) as other:
        assert {name: one.read(name) for name in one.namelist()} == {
            name: other.read(name) for name in other.namelist()
        }


def test_the_sdist_holds_the_tests_and_the_locks(unpacked_sdist: Path) -> None:
    for name in (
        "LICENSE",
        "pyproject.toml",
        "requirements.lock",
        "requirements-test.lock",
        "tests/conftest.py",
    ):
        assert (unpacked_sdist / name).is_file(), name
