"""Finds where two recordings differ.

A difference has a path below its case, `step/members/Attributes/DelaySeconds`, and both values as text, so that a
person can read it and the register can match it. Two answers of different status are one difference at their step:
that one is refused and the other isn't says everything, a list of absent members would only repeat it.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from conformance.lab import Observation
from conformance.recording import Recording

ABSENT = "(absent)"


@dataclass(frozen=True)
class Difference:
    """`left` and `right` are the values shown as text: a string as it is, anything else as compact JSON."""

    case: str
    path: str
    left: str
    right: str


def compare(left: Recording, right: Recording) -> dict[str, list[Difference]]:
    """The differences of every case of either recording, in the order of case names; equal cases have none."""
    names = sorted(left.cases.keys() | right.cases.keys())
    return {name: list(_case(name, left.cases.get(name), right.cases.get(name))) for name in names}


def _case(name: str, left: dict[str, Observation] | None, right: dict[str, Observation] | None) -> Iterator[Difference]:
    if left is None or right is None:
        yield Difference(name, "", *(ABSENT if side is None else "(observed)" for side in (left, right)))
        return
    for step in [*left, *(step for step in right if step not in left)]:
        yield from _step(name, step, left.get(step), right.get(step))


def _step(case: str, step: str, left: Observation | None, right: Observation | None) -> Iterator[Difference]:
    alike = left is not None and right is not None and left.get("status") == right.get("status")
    if alike:
        yield from _value(case, step, left, right)
    else:
        yield Difference(case, step, summary(left), summary(right))


def _value(case: str, path: str, left: Any, right: Any) -> Iterator[Difference]:
    if isinstance(left, dict) and isinstance(right, dict):
        for key in [*left, *(key for key in right if key not in left)]:
            here = f"{path}/{key}"
            if key in left and key in right:
                yield from _value(case, here, left[key], right[key])
            else:
                yield Difference(case, here, *(shown(side[key]) if key in side else ABSENT for side in (left, right)))
    elif isinstance(left, list) and isinstance(right, list) and len(left) == len(right):
        for index, (one, other) in enumerate(zip(left, right, strict=True)):
            yield from _value(case, f"{path}/{index}", one, other)
    elif type(left) is not type(right) or left != right:
        yield Difference(case, path, shown(left), shown(right))


def shown(value: Any) -> str:
    """A value as the report and the register write it."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def summary(observation: Observation | None) -> str:
    """One step's observation in a line: `200 {members}`, `404 NoSuchKey: message`, or what failed."""
    if observation is None:
        return ABSENT
    if "status" not in observation:
        return shown(observation.get("failure", observation.get("value")))
    if "error" in observation:
        error = observation["error"]
        return f"{observation['status']} {error.get('Code', '')}: {error.get('Message', '')}"
    content = observation.get("members", observation.get("body", ""))
    return f"{observation['status']} {shown(content)}".rstrip()
