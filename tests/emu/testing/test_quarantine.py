"""``emu_quarantine``: a known failure is reported and fails nothing before its date."""

from __future__ import annotations

from collections.abc import Callable

import pytest

Run = Callable[..., pytest.RunResult]


def test_before_its_date_a_failure_is_reported_and_fails_nothing(run: Run) -> None:
    result = run(
        """
        import pytest
        @pytest.mark.emu_quarantine(reason="the worker hangs", until="2999-01-01")
        def test_fails(): assert 1 == 2
        @pytest.mark.emu_quarantine(reason="the set-up hangs", until="2999-01-01")
        def test_fails_in_its_setup(broken): pass
        @pytest.mark.emu_quarantine("fixed", "2999-01-01")
        def test_passes(): pass
        @pytest.fixture
        def broken(): raise OSError("gone")
        """,
        "-rx",
    )
    assert result.ret == 0
    result.assert_outcomes(passed=1, xfailed=2)
    result.stdout.fnmatch_lines(
        [
            "*emu: failures in quarantine*",
            "test_it.py::test_fails: until 2999-01-01: the worker hangs",
            "XFAIL*test_fails*quarantined until 2999-01-01: the worker hangs*",
        ]
    )


def test_from_its_date_on_it_fails(run: Run) -> None:
    result = run(
        """
        import datetime, pytest
        today = datetime.datetime.now(datetime.timezone.utc).date()
        @pytest.mark.emu_quarantine(reason="the worker hangs", until=today)
        def test_fails(): assert 1 == 2
        """
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["quarantine: ended *(the worker hangs)"])
