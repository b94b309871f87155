"""UpdateTimeToLive."""

from conformance.case import operation
from conformance.lab import Lab

update_time_to_live = operation(
    "dynamodb.UpdateTimeToLive",
    "https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateTimeToLive.html",
)


@update_time_to_live.success
def on(lab: Lab) -> None:
    """The answer repeats the specification."""
    specification = {"Enabled": True, "AttributeName": "expires"}
    request = {"TableName": lab.table("pk:S"), "TimeToLiveSpecification": specification}
    lab.call("enable", lab.dynamodb.update_time_to_live, **request)


@update_time_to_live.error
def off_when_it_is_off(lab: Lab) -> None:
    """Time to live that isn't on can't be switched off."""
    specification = {"Enabled": False, "AttributeName": "expires"}
    request = {"TableName": lab.table("pk:S"), "TimeToLiveSpecification": specification}
    lab.call("disable", lab.dynamodb.update_time_to_live, **request)


@update_time_to_live.error
def on_when_it_is_on(lab: Lab) -> None:
    """Time to live that is on can't be switched on again."""
    specification = {"Enabled": True, "AttributeName": "expires"}
    request = {"TableName": lab.table("pk:S"), "TimeToLiveSpecification": specification}
    lab.dynamodb.update_time_to_live(**request)
    lab.call("again", lab.dynamodb.update_time_to_live, **request)


@update_time_to_live.error
def of_a_missing_table(lab: Lab) -> None:
    """The table must exist."""
    specification = {"Enabled": True, "AttributeName": "expires"}
    request = {"TableName": lab.name("table"), "TimeToLiveSpecification": specification}
    lab.call("enable", lab.dynamodb.update_time_to_live, **request)
