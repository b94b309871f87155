"""What a case is, and where cases are found.

A case module holds one operation: it declares the operation with AWS's page once and decorates its cases::

    put_object = operation("s3.PutObject", "https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html")

    @put_object.success
    def stores_the_body(lab: Lab) -> None:
        \"\"\"What AWS documents, in one sentence.\"\"\"
        lab.call("put", lab.s3.put_object, Bucket=lab.bucket(), Key="k", Body=b"x")

A case's name is its place: `s3/put_object/stores_the_body`.
"""

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from types import ModuleType
from typing import Literal

from conformance import cases
from conformance.lab import Lab

Body = Callable[[Lab], None]


@dataclass(frozen=True)
class Case:
    """One small script against one operation, in resources of its own."""

    name: str
    operation: str
    page: str
    kind: Literal["success", "error"]
    promise: str
    body: Body


class Operation:
    """The cases of one operation: `name` is `service.Operation`, `page` what AWS documents of it."""

    def __init__(self, name: str, page: str) -> None:
        self.name = name
        self.page = page
        self.cases: list[Case] = []

    def success(self, body: Body) -> Body:
        """Declare a case whose point is an answer that succeeds."""
        return self._add(body, "success")

    def error(self, body: Body) -> Body:
        """Declare a case whose point is a refusal."""
        return self._add(body, "error")

    def _add(self, body: Body, kind: Literal["success", "error"]) -> Body:
        place = body.__module__.removeprefix(f"{cases.__name__}.").replace(".", "/")
        if not body.__doc__:
            raise ValueError(f"{place}/{body.__name__}: a case says in its docstring what AWS documents")
        name = f"{place}/{body.__name__}"
        self.cases.append(Case(name, self.name, self.page, kind, body.__doc__.strip(), body))
        return body


def operation(name: str, page: str) -> Operation:
    """Declare the operation of a case module; see the module's docstring."""
    return Operation(name, page)


def collect(only: str = "*") -> list[Case]:
    """Every case whose name matches the pattern `only` (`s3/*`, `*/put_object/*`), in the order of names."""
    found = [
        case
        for module in _modules()
        for value in vars(module).values()
        if isinstance(value, Operation)
        for case in value.cases
    ]
    return sorted((case for case in found if fnmatchcase(case.name, only)), key=lambda case: case.name)


def _modules() -> Iterator[ModuleType]:
    for found in pkgutil.walk_packages(cases.__path__, f"{cases.__name__}."):
        yield importlib.import_module(found.name)
