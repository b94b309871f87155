"""The register speaks for what it names, for nothing else, and is found out when it is no longer true."""

from pathlib import Path

import pytest

from conformance import register
from conformance.case import Case
from conformance.compare import Difference
from conformance.register import Entry

CASE = Case("s3/get_object/whole", "s3.GetObject", "https://docs.aws.amazon.com/x", "success", "p", lambda lab: None)
DIFFERENCE = Difference(CASE.name, "get/members/AcceptRanges", "bytes", "(absent)")


def entry(**changes: str) -> Entry:
    fields = {
        "operation": "s3.GetObject",
        "case": CASE.name,
        "path": "get/members/AcceptRanges",
        "aws": "bytes",
        "kumo": "(absent)",
        "why": "Kumo says nothing about ranges",
        "page": "https://docs.aws.amazon.com/x",
        "kumo_version": "0.18.0",
        "kind": "profile",
    }
    return Entry(**{**fields, **changes})


def judge(*entries: Entry, whole: bool = True) -> register.Judgement:
    return register.judge([DIFFERENCE], list(entries), [CASE], whole=whole)


def test_an_entry_speaks_for_its_difference() -> None:
    judgement = judge(entry())
    assert judgement.registered == {DIFFERENCE: entry()}
    assert judgement.passes


@pytest.mark.parametrize(
    "change",
    [
        {"operation": "s3.HeadObject"},
        {"case": "s3/get_object/one_range"},
        {"path": "get/members"},
        {"aws": "none"},
        {"kumo": "bytes"},
        {"path": "*/members/ETag"},
        {"aws": "byte"},
        {"path": "get.members.AcceptRanges"},
    ],
)
def test_an_entry_that_misses_is_stale_and_the_difference_unregistered(change: dict[str, str]) -> None:
    judgement = judge(entry(**change))
    assert judgement.unregistered == [DIFFERENCE]
    assert judgement.stale == [entry(**change)]
    assert not judgement.passes


@pytest.mark.parametrize("change", [{"operation": "s3.*"}, {"case": "s3/*"}, {"path": "*/AcceptRanges"}, {"aws": "*"}])
def test_a_star_stands_for_any_text(change: dict[str, str]) -> None:
    assert judge(entry(**change)).passes


def test_the_first_entry_speaks_and_the_second_is_stale() -> None:
    judgement = judge(entry(), entry(case="*"))
    assert judgement.registered[DIFFERENCE] == entry()
    assert judgement.stale == [entry(case="*")]


def test_a_part_of_the_suite_calls_nothing_stale() -> None:
    judgement = judge(entry(), entry(case="sqs/other/case"), whole=False)
    assert judgement.passes


SEEN = "{ path = 'p', aws = 'a', kumo = 'k' }, { path = 'q', aws = 'a', kumo = '' }"


def write(path: Path, seen: str = SEEN, **changes: str) -> Path:
    row = {
        "operation": "s3.GetObject",
        "case": "c",
        "why": "w",
        "page": "https://docs.aws.amazon.com/x",
        "kumo_version": "0.18.0",
        "class": "never",
    }
    text = "\n".join(f'{key} = "{value}"' for key, value in {**row, **changes}.items() if value != "(left out)")
    file = path / "register.toml"
    file.write_text(f"[[divergence]]\n{text}\nseen = [{seen}]\n")
    return file


def test_a_good_register_loads(tmp_path: Path) -> None:
    first, second = register.load(write(tmp_path))
    assert (first.kind, first.case, first.path, first.kumo) == ("never", "c", "p", "k")
    assert (second.kind, second.case, second.path, second.kumo) == ("never", "c", "q", "")


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"why": ""}, "lacks why"),
        ({"class": "sometimes"}, "class 'sometimes'"),
        ({"page": "https://example.com"}, "cites"),
        ({"page": "(left out)"}, "wrong fields: page"),
        ({"seen": ""}, "lacks seen"),
        ({"seen": "{ path = 'p', aws = 'a' }"}, "other fields than path, aws, kumo"),
        ({"colour": "blue"}, "wrong fields: colour"),
    ],
)
def test_a_bad_entry_is_refused_by_name(tmp_path: Path, change: dict[str, str], complaint: str) -> None:
    with pytest.raises(ValueError, match=rf"divergence 1 \(c\).*{complaint}"):
        register.load(write(tmp_path, **change))


def test_a_draft_is_refused_until_it_is_completed_and_then_matches(tmp_path: Path) -> None:
    difference = Difference(CASE.name, "get", '200 {"it\'s":"a\\\\b"}', 'line\n"two"')
    draft = register.draft(CASE, [difference], "0.18.0")
    file = tmp_path / "register.toml"
    file.write_text(draft)
    with pytest.raises(ValueError, match="lacks why, class"):
        register.load(file)
    file.write_text(draft.replace("why = ''", "why = 'w'").replace("class = ''", "class = 'never'"))
    assert register.judge([difference], register.load(file), [CASE]).passes
