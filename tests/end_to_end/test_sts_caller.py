"""Who calls: https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html"""

from __future__ import annotations

import pytest
import xmltodict

from emu.testing import Emulator
from tests.end_to_end.asking import ask, signed_for


@pytest.mark.parametrize(("access_key", "account"), [("test", "000000000000"), ("123456789012", "123456789012")])
def test_the_account_follows_from_the_access_key(emulator: Emulator, access_key: str, account: str) -> None:
    identity = emulator.client("sts", aws_access_key_id=access_key).get_caller_identity()
    assert (identity["Account"], identity["Arn"]) == (account, f"arn:aws:iam::{account}:root")
    assert identity["UserId"]


def test_the_document(emulator: Emulator) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = ask(emulator, "POST", "/", b"Action=GetCallerIdentity&Version=2011-06-15", headers)
    document = xmltodict.parse(answer.body)["GetCallerIdentityResponse"]
    assert document["@xmlns"] == "https://sts.amazonaws.com/doc/2011-06-15/"
    assert document["GetCallerIdentityResult"]["Account"] == "000000000000"
    assert document["ResponseMetadata"]["RequestId"] == answer.headers["x-amzn-requestid"]


def test_an_operation_that_is_not_implemented(emulator: Emulator) -> None:
    body = b"Action=GetSessionToken&Version=2011-06-15"
    headers = {"Content-Type": "application/x-www-form-urlencoded", **signed_for("sts")}
    answer = ask(emulator, "POST", "/", body, headers)
    assert answer.status == 501
    error = xmltodict.parse(answer.body)["ErrorResponse"]["Error"]
    assert (error["Code"], "GetSessionToken" in error["Message"]) == ("NotImplemented", True)
