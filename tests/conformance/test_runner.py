"""A case observes what happens to it, whatever happens, and cleans up."""

from types import SimpleNamespace
from typing import Any, cast

import pytest
from botocore.exceptions import ClientError, ConnectionClosedError

from conformance import recording
from conformance.case import Body, Case
from conformance.lab import Lab
from conformance.runner import run, run_case
from conformance.target import Target


def target() -> Target:
    """A target that nothing listens behind: cases call functions of their own."""
    services = dict.fromkeys(("s3", "sqs", "dynamodb", "sts"))
    return cast(Target, SimpleNamespace(endpoint="http://127.0.0.1:9", **services))


def case(body: Body, name: str = "a/b/c") -> Case:
    return Case(name, "s3.PutObject", "page", "success", "promise", body)


def answer(**members: Any) -> dict[str, Any]:
    return {"ResponseMetadata": {"HTTPStatusCode": 200, "RequestId": "r"}, **members}


def refuse(**request: Any) -> dict[str, Any]:
    error = {"Code": "NoSuchKey", "Message": "gone", "Key": "k"}
    raise ClientError({"Error": error, "ResponseMetadata": {"HTTPStatusCode": 404}}, "GetObject")


def hang_up(**request: Any) -> dict[str, Any]:
    raise ConnectionClosedError(endpoint_url="http://127.0.0.1:9")


def test_an_answer_without_its_transport() -> None:
    def body(lab: Lab) -> None:
        lab.call("get", lambda: answer(ETag='"x"'))

    observed = run_case(target(), case(body))
    assert observed == {"get": {"status": 200, "members": {"ETag": '"x"'}}}


def test_a_refusal_is_observed_and_the_case_goes_on() -> None:
    def body(lab: Lab) -> None:
        refused = lab.call("get", refuse, Key="k")
        lab.note("code", refused["Error"]["Code"])

    observed = run_case(target(), case(body))
    error = {"Code": "NoSuchKey", "Message": "gone", "Key": "k"}
    assert observed["get"] == {"status": 404, "error": error, "members": {}}
    assert observed["code"] == {"value": "NoSuchKey"}


def test_a_dropped_connection_is_observed() -> None:
    def body(lab: Lab) -> None:
        lab.call("get", hang_up)

    observed = run_case(target(), case(body))
    assert observed == {"get": {"failure": "ConnectionClosedError"}}


def test_only_the_outcome() -> None:
    def body(lab: Lab) -> None:
        assert lab.outcome("list", lambda: answer(Buckets=[1]))["Buckets"] == [1]

    assert run_case(target(), case(body)) == {"list": {"status": 200}}


@pytest.mark.parametrize(
    ("stop", "reason"),
    [
        (lambda lab: answer()["UploadId"], "KeyError: 'UploadId'"),
        (lambda lab: refuse(), "GetObject: NoSuchKey: gone"),
    ],
)
def test_what_stops_a_case_is_observed(stop: Body, reason: str) -> None:
    assert run_case(target(), case(stop)) == {"(stopped)": {"failure": reason}}


def test_two_steps_of_one_name_stop_the_case() -> None:
    def body(lab: Lab) -> None:
        lab.note("same", 1)
        lab.note("same", 2)

    assert "two steps are called 'same'" in run_case(target(), case(body))["(stopped)"]["failure"]


def test_clean_up_runs_newest_first_even_when_it_fails() -> None:
    removed: list[str] = []

    def body(lab: Lab) -> None:
        lab.on_exit(lambda: removed.append("first"))
        lab.on_exit(refuse)
        lab.on_exit(lambda: answer()["QueueUrl"])
        lab.on_exit(lambda: removed.append("last"))
        raise LookupError

    run_case(target(), case(body))
    assert removed == ["last", "first"]


def test_a_mistake_in_a_case_is_not_swallowed() -> None:
    def body(lab: Lab) -> None:
        raise AssertionError

    with pytest.raises(AssertionError):
        run_case(target(), case(body))


def test_names_are_fresh_and_shown_alike() -> None:
    names = []

    def body(lab: Lab) -> None:
        names.append(lab.name("bucket"))
        lab.note("names", [names[-1], lab.name("bucket")])

    first, second = (run_case(target(), case(body)) for _ in range(2))
    assert first == second == {"names": {"value": ["<bucket>", "<bucket2>"]}}
    assert names[0] != names[1]


def test_a_recording_survives_its_file(tmp_path: Any) -> None:
    done = []
    cases = [case(lambda lab: lab.note("x", "grün"), "z"), case(lambda lab: lab.note("x", 1), "a")]
    taken = run(target(), cases, "kumo 0.18.0", done=lambda of: done.append(of.name))
    recording.save(taken, tmp_path / "r.json")
    assert recording.load(tmp_path / "r.json") == taken
    assert done == ["z", "a"]


def test_another_format_is_refused(tmp_path: Any) -> None:
    (tmp_path / "r.json").write_text('{"format": 99}')
    with pytest.raises(ValueError, match="not a recording of format 1"):
        recording.load(tmp_path / "r.json")
