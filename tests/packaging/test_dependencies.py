"""What the program imports is what it declares: `requirements.lock` alone must be enough to run it."""

import ast
import importlib.metadata
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[2]
OURS = {"emu", "services", "storage"}
# boto3 is in the test's own project when the test plugin makes clients for it.
BROUGHT_BY_THE_USER = {("emu/testing", "boto3"), ("emu/testing", "botocore"), ("emu/testing", "pytest")}


def declared() -> set[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return {Requirement(line).name for line in project["dependencies"]}


def imported() -> Iterator[tuple[str, str]]:
    """(folder, top-level module) of every import of something that is neither ours nor Python's."""
    for package in OURS:
        for file in (ROOT / package).rglob("*.py"):
            folder = file.parent.relative_to(ROOT).as_posix()
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
                if isinstance(node, ast.ImportFrom) and node.module and not node.level:
                    names = [node.module]
                for name in names:
                    top = name.partition(".")[0]
                    if top not in OURS | sys.stdlib_module_names:
                        yield folder, top


def test_every_import_is_declared() -> None:
    distributions = importlib.metadata.packages_distributions()
    undeclared = {
        f"{folder} imports {module}"
        for folder, module in set(imported()) - BROUGHT_BY_THE_USER
        if not declared() & set(distributions.get(module, ()))
    }
    assert not undeclared
