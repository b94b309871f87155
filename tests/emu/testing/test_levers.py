"""The levers as a test holds them, on a world of the plugin's."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, HTTPClientError

from emu.testing import Connection, ControlError, Emulator, EmulatorError, FaultNeverHit, Handle, NotMet

pytestmark = pytest.mark.emu(state="ephemeral")
NO_RETRIES = Config(retries={"total_max_attempts": 1})


@pytest.fixture
def queue(sqs: Any) -> str:
    return str(sqs.create_queue(QueueName="frontier")["QueueUrl"])


def receive(sqs: Any, queue: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = sqs.receive_message(QueueUrl=queue).get("Messages", [])
    return found


def test_advancing_the_clock_ends_visibility_timeouts(emu: Handle, sqs: Any, queue: str) -> None:
    emu.clock.freeze("2026-01-01T00:00:00Z")
    sqs.send_message(QueueUrl=queue, MessageBody="a")
    assert receive(sqs, queue)
    assert not receive(sqs, queue)
    assert [message["state"] for message in emu.messages("frontier")] == ["in flight"]
    emu.clock.advance(timedelta(seconds=20), seconds=10)
    assert emu.clock.now() == datetime(2026, 1, 1, 0, 0, 30, tzinfo=UTC)
    assert receive(sqs, queue)


def test_the_clock_is_set_run_and_given_back(emu: Handle) -> None:
    assert emu.clock.set(datetime(2030, 1, 1, tzinfo=UTC)).year == 2030
    emu.clock.run(60)
    assert emu.clock.show()["factor"] == 60
    assert "running" in repr(emu.clock)
    assert abs(emu.clock.real() - datetime.now(UTC)) < timedelta(minutes=1)


def test_a_moment_without_a_time_zone_is_refused(emu: Handle) -> None:
    with pytest.raises(ValueError, match="has no time zone"):
        emu.clock.freeze(datetime(2026, 1, 1))  # noqa: DTZ001
    with pytest.raises(ControlError, match="must be a moment") as refused:
        emu.clock.freeze("yesterday")
    assert refused.value.status == 400
    assert refused.value.field == "freeze"


def test_waiting_ends_when_it_is_true(emu: Handle, sqs: Any, queue: str) -> None:
    emu.wait_until(queue_empty="frontier", timeout=1)
    sender = threading.Timer(0.2, sqs.send_message, kwargs={"QueueUrl": queue, "MessageBody": "a"})
    sender.start()
    emu.wait_until({"queue": "frontier", "holds": 1}, {"quiet_ms": 1}, timeout=10)
    sender.join()


def test_a_wait_in_vain_says_what_was_missing(emu: Handle, sqs: Any, queue: str) -> None:
    sqs.send_message(QueueUrl=queue, MessageBody="a")
    with pytest.raises(NotMet, match=r"Not met within 0.05 s:\n.*frontier.*: 1 message") as unmet:
        emu.wait_until(queue_empty="frontier", timeout=0.05)
    assert unmet.value.missing[0]["condition"] == {"queue_empty": "frontier"}


def test_a_lost_acknowledgement_is_an_event_and_the_call_was_carried_out(emu: Handle, sqs: Any, queue: str) -> None:
    careful = emu.client("sqs", config=NO_RETRIES)
    with emu.fault("sqs", "SendMessage", kind="lost-acknowledgement", nth=2) as fault:
        careful.send_message(QueueUrl=queue, MessageBody="a")
        with pytest.raises(HTTPClientError):
            careful.send_message(QueueUrl=queue, MessageBody="b")
        assert (fault.calls, fault.hits) == (2, 1)
    assert emu.faults.list() == []
    assert emu.events(operation="SendMessage", resource="frontier").count() == 2
    assert emu.events(what="fault").count() == 1
    assert [message["body"] for message in emu.messages("frontier")] == ["a", "b"]


def test_a_fault_that_never_happens_is_a_warning(emu: Handle) -> None:
    with pytest.warns(FaultNeverHit, match="never hit"), emu.fault("sqs", "SendMessage", kind="throttling"):
        pass
    with emu.fault("sqs", "SendMessage", kind="throttling", probability=0.5):
        pass


def test_a_rule_that_can_not_match_is_refused(emu: Handle) -> None:
    with pytest.raises(ControlError, match="SendMesage") as refused, emu.fault("sqs", "SendMesage", kind="throttling"):
        pass
    assert (refused.value.status, refused.value.field) == (400, "operation")


def test_events_tell_the_story_with_the_tests_own_marks(emu: Handle, sqs: Any, queue: str) -> None:
    sqs.send_message(QueueUrl=queue, MessageBody="a")
    mark = emu.mark("phase 2", attempt=1)
    message = receive(sqs, queue)[0]
    sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
    assert emu.events(service="sqs").names() == ["CreateQueue", "SendMessage", "ReceiveMessage", "DeleteMessage"]
    later = emu.events(after=mark["number"])
    assert later.names() == ["ReceiveMessage", "DeleteMessage"]
    assert later.where(operation="DeleteMessage")[0]["resource"] == "frontier"
    assert emu.events(what="mark").names()[-1] == "phase 2"
    assert later[:1].count() == later.count(later[0]) == 1


def test_a_snapshot_is_compared_with_and_gone_back_to(emu: Handle, s3: Any) -> None:
    s3.create_bucket(Bucket="pages")
    s3.put_object(Bucket="pages", Key="a", Body=b"1")
    before = emu.state_hash()
    emu.snapshot("before", purpose="a page")
    s3.put_object(Bucket="pages", Key="a", Body=b"2")
    s3.put_object(Bucket="pages", Key="b", Body=b"3")
    diff = emu.diff("before")
    assert [len(diff.added("s3", "pages")), len(diff.changed("s3", "pages")), len(diff.removed())] == [1, 1, 0]
    assert not diff.added("sqs")
    assert "pages" in repr(diff)
    emu.restore("before")
    assert emu.state_hash() == before
    assert emu.diff("before").equal
    with pytest.raises(Exception, match=r"no snapshot named 'never'.*looked in"):
        emu.restore("never")
    emu.reset()
    assert s3.list_buckets()["Buckets"] == []


def test_a_section_has_one_inside_at_a_time(emu: Handle) -> None:
    inside, most = 0, 0

    def enter() -> None:
        nonlocal inside, most
        for _ in range(20):
            with emu.serialized():
                inside += 1
                most = max(most, inside)
                inside -= 1

    threads = [threading.Thread(target=enter) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 1


def test_resources_and_clients_lead_to_it(emu: Handle) -> None:
    emu.resource("s3").create_bucket(Bucket="pages")
    assert emu.client("s3") is emu.client("s3")
    with pytest.raises(ClientError, match="BucketAlreadyOwnedByYou"):
        emu.client("s3", region_name="eu-west-1").create_bucket(
            Bucket="pages", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
        )


def test_a_server_that_someone_else_runs_has_the_same_levers(emu: Handle, sqs: Any) -> None:
    with Emulator.connect(emu.endpoint_url + "/") as connection:
        assert isinstance(connection, Connection)
        connection.client("sqs").create_queue(QueueName="theirs")
        connection.wait_until(queue_empty="theirs")
    assert emu.running
    with pytest.raises(ControlError, match=r"does not answer at http://127\.0\.0\.1:1"):
        Emulator.connect("http://127.0.0.1:1")


def test_what_is_not_emu_is_told_from_it() -> None:
    class Other(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"<html>")

        def log_message(self, format: str, *args: object) -> None:
            """Nothing is logged."""

    with HTTPServer(("127.0.0.1", 0), Other) as other:
        thread = threading.Thread(target=other.handle_request)
        thread.start()
        with pytest.raises(ControlError, match="What answers is not emu: '<html>'"):
            Emulator.connect(f"http://127.0.0.1:{other.server_port}")
        thread.join()


@pytest.mark.emu(state="persistent", clock="2026-01-01T00:00:00Z")
def test_a_frozen_clock_goes_through_snapshots_kills_and_restarts(emu: Handle, sqs: Any, queue: str) -> None:
    sqs.send_message(QueueUrl=queue, MessageBody="a")
    assert receive(sqs, queue)
    emu.snapshot("in-flight")
    emu.clock.advance(seconds=20)
    emu.kill()
    emu.restart()
    assert emu.clock.show()["mode"] == "frozen"
    assert emu.clock.now() == datetime(2026, 1, 1, 0, 0, 20, tzinfo=UTC)
    assert not receive(sqs, queue)
    emu.clock.advance(seconds=10)
    assert receive(sqs, queue), "the visibility timeout has gone on where it was"
    emu.restore("in-flight")
    assert emu.clock.now() == datetime(2026, 1, 1, tzinfo=UTC)
    emu.restart()
    assert emu.clock.now() == datetime(2026, 1, 1, tzinfo=UTC)
    assert not receive(sqs, queue)
    emu.clock.advance(seconds=30)
    assert receive(sqs, queue)


def test_a_fault_holds_without_with_until_the_end(emu: Handle, sqs: Any) -> None:
    fault = emu.fault("sqs", "ListQueues", kind="error", code="InternalError")
    with pytest.raises(ClientError, match="InternalError"):
        emu.client("sqs", config=NO_RETRIES).list_queues()
    assert fault.hits == 1
    fault.remove()
    sqs.list_queues()


def test_threads_make_clients_of_one_session(emu: Handle) -> None:
    made: list[Any] = []

    def make() -> None:
        client = emu.client("sqs", config=NO_RETRIES, aws_access_key_id=f"{len(made):012d}")
        client.create_queue(QueueName="frontier")
        made.append(client)

    threads = [threading.Thread(target=make) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == len({id(client) for client in made}) == 8


@pytest.mark.emu(state="persistent")
def test_a_crash_at_a_commit_loses_that_record_alone(emu: Handle, sqs: Any, queue: str) -> None:
    careful = emu.client("sqs", config=NO_RETRIES)
    emu.faults.add(kind="crash", commits=2, when="before-flush")
    careful.send_message(QueueUrl=queue, MessageBody="a")
    with pytest.raises(HTTPClientError):
        careful.send_message(QueueUrl=queue, MessageBody="b")
    emu.restart()
    assert [message["body"] for message in emu.messages("frontier")] == ["a"]
    sqs.send_message(QueueUrl=queue, MessageBody="c")
    assert emu.events(operation="SendMessage").count() == 1, "what the crashed server did is not known any more"


@pytest.mark.emu(state="persistent")
def test_events_before_a_kill_are_chosen_as_those_behind_it(emu: Handle, sqs: Any, queue: str) -> None:
    message = sqs.send_message(QueueUrl=queue, MessageBody="a")["MessageId"]
    emu.kill()
    emu.restart()
    sqs.receive_message(QueueUrl=queue)
    assert emu.events(message=message).names() == ["SendMessage", "ReceiveMessage"]
    assert emu.events(resource="frontier").names() == ["CreateQueue", "SendMessage", "ReceiveMessage"]


def test_no_events_say_which_there_are(emu: Handle, sqs: Any, queue: str) -> None:
    for _ in range(2):
        sqs.send_message(QueueUrl=queue, MessageBody="a")
    shown = "CreateQueue frontier, SendMessage frontier (2)"
    assert repr(emu.events()) == f"<3 events: {shown}>"
    for none in (emu.events(operation="PutItem"), emu.events().where(operation="PutItem")):
        assert repr(none) == f"<no such events; there are: {shown}>"
    with pytest.raises(ControlError, match="oper is unknown"):
        emu.events(oper="PutItem")
    nothing = emu.events(operation="PutItem")
    emu.kill()
    assert "CreateQueue frontier" in repr(nothing)


@pytest.mark.emu(state="persistent")
def test_a_rule_ends_with_its_server(emu: Handle, sqs: Any) -> None:
    with emu.fault("sqs", "ListQueues", kind="latency", latency_ms=1) as rule:
        sqs.list_queues()
        assert rule.hits == 1
        emu.restart()
        other = emu.fault("sqs", "SendMessage", kind="throttling")
        assert (rule.id, rule.hits) == (other.id, 1)
    assert [left.rule["operation"] for left in emu.faults.list()] == ["SendMessage"]


def test_misuse_is_told_in_the_tests_own_words(emu: Handle, queue: str) -> None:
    with pytest.raises(TypeError, match="needs a condition"):
        emu.wait_until()
    with pytest.raises(ControlError, match="holds queue_emty, but must hold exactly one of queue_empty"):
        emu.wait_until(queue_emty="frontier")
    with pytest.raises(ControlError, match="is no URL"):
        emu.wait_until(queue_empty=queue)
    with pytest.raises(ControlError, match=r"advance\.minutes is -13"):
        emu.clock.advance(minutes=-13)
    emu.snapshot("begin")
    with pytest.raises(ValueError, match="what is 'itme'"):
        emu.diff("begin").added(what="itme")
    with pytest.raises(ValueError, match="service is 'dynamo'"):
        emu.diff("begin").added("dynamo")
    with pytest.raises(ValueError, match="when is 'after'"):
        emu.crash_points(lambda: None, when="after")


def test_differences_are_shown_as_lines(emu: Handle, s3: Any) -> None:
    emu.snapshot("begin")
    assert repr(emu.diff("begin").added()) == "no differences"
    for name in ("first", "second"):
        s3.create_bucket(Bucket=name)
    assert [line.partition(" new=")[0] for line in repr(emu.diff("begin").added("s3")).splitlines()] == [
        "added s3 bucket first",
        "added s3 bucket second",
    ]


def test_a_server_that_does_not_run_says_so() -> None:
    emulator = Emulator()
    for ask in (emulator.state_hash, lambda: emulator.client("sqs"), lambda: emulator.pid):
        with pytest.raises(EmulatorError, match="has not been started"):
            ask()
    emulator.close()
    for ask in (emulator.start, lambda: emulator.log):
        with pytest.raises(EmulatorError, match="was closed"):
            ask()
