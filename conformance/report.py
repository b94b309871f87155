"""A comparison as text: one line a case, the differences below it, and what is wrong with the register."""

from collections.abc import Iterator, Mapping, Sequence

from conformance.compare import Difference
from conformance.register import Entry, Judgement

WIDEST_VALUE = 160


def lines(
    cases: Mapping[str, Sequence[Difference]], judgement: Judgement, names: tuple[str, str], *, everything: bool = True
) -> Iterator[str]:
    """The report; without `everything` only what fails the comparison."""
    for case, differences in cases.items():
        missing = [difference for difference in differences if difference not in judgement.registered]
        if everything or missing:
            yield f"{_verdict(differences, missing):<12} {case}"
        for difference in differences:
            entry = judgement.registered.get(difference)
            if everything or not entry:
                yield from _difference(difference, entry, names)
    for entry in judgement.stale:
        yield f"stale        {entry.case} {entry.path}: no difference matches this entry ({entry.why})"
    equal = sum(not differences for differences in cases.values())
    yield (
        f"{len(cases)} cases: {equal} equal, {len(cases) - equal} differ; {len(judgement.registered)} differences "
        f"registered, {len(judgement.unregistered)} unregistered; {len(judgement.stale)} stale entries"
    )


def _verdict(differences: Sequence[Difference], missing: Sequence[Difference]) -> str:
    if not differences:
        return "equal"
    return "UNREGISTERED" if missing else "registered"


def _difference(difference: Difference, entry: Entry | None, names: tuple[str, str]) -> Iterator[str]:
    yield f"    {difference.path}" + (f" [{entry.kind}: {entry.why}]" if entry else " [unregistered]")
    for name, value in zip(names, (difference.left, difference.right), strict=True):
        cut = value if len(value) <= WIDEST_VALUE else f"{value[:WIDEST_VALUE]}… ({len(value)} characters)"
        yield f"        {name}: {cut}"
