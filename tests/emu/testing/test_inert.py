"""pytest loads the plugin in every run of everyone who has emu installed: it must cost next to nothing there."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

import pytest

Run = Callable[..., pytest.RunResult]


def test_importing_it_loads_no_server_no_client_and_no_http() -> None:
    code = "import pytest, sys; before = set(sys.modules); import emu.testing.plugin; print(*set(sys.modules) - before)"
    done = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert "emu.testing.plugin" in loaded
    heavy = {"boto3", "botocore", "starlette", "uvicorn", "services", "storage", "orjson", "click", "urllib.request"}
    assert not {name for name in loaded if name.split(".")[0] in heavy or name in heavy}
    assert len(loaded) < 10


def test_a_run_without_emu_has_nothing_of_it(run: Run) -> None:
    result = run(
        """
        import os, sys
        def test_it(request):
            assert "AWS_ENDPOINT_URL" not in os.environ
            assert not [mark for mark in request.node.iter_markers()]
            assert request.fixturenames == ["request"]
        """
    )
    result.assert_outcomes(passed=1)


def test_emu_testing_names_what_it_offers() -> None:
    import emu.testing

    assert all(hasattr(emu.testing, name) for name in emu.testing.__all__)
    with pytest.raises(AttributeError, match="no attribute 'Emulador'"):
        _ = emu.testing.Emulador
