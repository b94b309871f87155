"""Runs cases against a target and yields a recording: what each case observed."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor

from botocore.exceptions import ClientError

from conformance.case import Case
from conformance.lab import CALL_FAILURES, Lab, Observation
from conformance.recording import Recording
from conformance.target import Target

#: What stops a case without being a mistake of the case: a refused scene, or an answer that lacks what it needs.
STOPS = (ClientError, LookupError, TypeError, ValueError, *CALL_FAILURES)


def run(
    target: Target, cases: Iterable[Case], name: str, jobs: int = 4, done: Callable[[Case], None] = lambda case: None
) -> Recording:
    """Run the cases, `jobs` at a time, each in resources of its own. `done` is called after each, from this thread."""
    observed: dict[str, dict[str, Observation]] = {}
    with ThreadPoolExecutor(jobs) as pool:
        waiting = [(case, pool.submit(run_case, target, case)) for case in cases]
        for case, future in waiting:
            observed[case.name] = future.result()
            done(case)
    return Recording(name, observed)


def run_case(target: Target, case: Case) -> dict[str, Observation]:
    """The observations of one case, step by step; its resources are gone afterwards."""
    lab = Lab(target)
    try:
        case.body(lab)
    except STOPS as reason:
        lab.stopped(reason)
    finally:
        lab.close()
    return lab.observations
