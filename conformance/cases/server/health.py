"""Kumo's health document, which AWS has nothing of: Kumo's own clients are the measure."""

from conformance.case import operation
from conformance.lab import Lab

health = operation("server.Health", "https://github.com/sivchari/kumo#readme")


@health.success
def answers_every_method(lab: Lab) -> None:
    """A container's health check gets exactly Kumo's document, whatever the method."""
    for method in ("GET", "POST", "PUT", "HEAD"):
        response = lab.http(method, method, "/health")
        lab.note(f"{method} bytes", response.body)


@health.success
def ignores_the_query(lab: Lab) -> None:
    """A query string changes nothing."""
    lab.http("get", "GET", "/health?verbose=1")


@health.error
def not_below(lab: Lab) -> None:
    """Only the path itself is the health document: what lies below is a key in a bucket called `health`."""
    lab.http("get", "GET", "/health/x")
