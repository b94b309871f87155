"""GetCallerIdentity."""

from conformance.case import operation
from conformance.lab import Lab

get_caller_identity = operation(
    "sts.GetCallerIdentity", "https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html"
)

FORM = {"content-type": "application/x-www-form-urlencoded; charset=utf-8"}


@get_caller_identity.success
def names_the_account(lab: Lab) -> None:
    """Account, ARN and user id of the caller."""
    lab.call("get", lab.sts.get_caller_identity)


@get_caller_identity.success
def on_the_wire(lab: Lab) -> None:
    """An XML document with the result and the request id."""
    body = b"Action=GetCallerIdentity&Version=2011-06-15"
    lab.http("get", "POST", "/", headers=FORM, body=body, sign="sts")


@get_caller_identity.error
def of_an_unknown_action(lab: Lab) -> None:
    """An action that STS doesn't have is refused with an XML error."""
    lab.http("get", "POST", "/", headers=FORM, body=b"Action=GetNobody&Version=2011-06-15", sign="sts")
