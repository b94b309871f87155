"""What tests declare: states, categories, strictness; and how a declaration that can't be used is refused."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import pytest

Run = Callable[..., pytest.RunResult]

SUITE = """
    import pytest

    def test_plain():
        pass

    @pytest.mark.emu(state="ephemeral")
    def test_in_memory(emu):
        pass

    @pytest.mark.emu(state="persistent")
    def test_on_disk(s3):
        pass

    @pytest.mark.emu(state="both")
    def test_either(emu):
        pass

    @pytest.mark.emu
    def test_by_the_environment_alone():
        pass
"""


@pytest.mark.parametrize(
    ("category", "tests"),
    [
        ("stateless", {"test_plain"}),
        ("ephemeral", {"test_in_memory", "test_either[ephemeral]", "test_by_the_environment_alone"}),
        ("persistent", {"test_on_disk", "test_either[persistent]"}),
    ],
)
def test_categories_choose_tests(run: Run, category: str, tests: set[str]) -> None:
    result = run(SUITE, "--collect-only", "-q", "-m", category)
    found = {line.partition("::")[2] for line in result.outlines if "::" in line}
    assert found == tests


def test_tests_of_both_states_are_run_state_by_state(run: Run) -> None:
    result = run(
        """
        import pytest
        pytestmark = pytest.mark.emu(state="both")
        def test_a(emu): pass
        def test_b(emu): pass
        """,
        "--collect-only",
        "-q",
    )
    found = [line.partition("::")[2] for line in result.outlines if "::" in line]
    assert found == ["test_a[ephemeral]", "test_b[ephemeral]", "test_a[persistent]", "test_b[persistent]"]


def test_each_test_that_uses_emu_is_repeated(run: Run) -> None:
    result = run(SUITE, "--collect-only", "-q", "--emu-repeat", "2")
    found = {line.partition("::")[2] for line in result.outlines if "::" in line}
    assert {"test_plain", "test_in_memory[run1]", "test_in_memory[run2]", "test_either[persistent-run2]"} <= found
    assert len(found) == 1 + 5 * 2


def test_a_projects_own_marker_of_a_categorys_name_stays_its_own(run: Run) -> None:
    text = """
        import pytest
        @pytest.mark.persistent
        def test_its_own(): pass
        @pytest.mark.emu(state="persistent")
        def test_ours(emu): pass
    """
    result = run(text, "--collect-only", "-q", "-m", "persistent", ini="markers = persistent: ours")
    assert [line for line in result.outlines if "::" in line] == ["test_it.py::test_its_own"]


def test_a_nearer_marker_adds_to_one_further_out_and_beats_it(run: Run) -> None:
    result = run(
        """
        import pytest
        pytestmark = pytest.mark.emu(state="persistent")
        def test_a(emu): pass
        @pytest.mark.emu(state="ephemeral")
        def test_b(emu): pass
        @pytest.mark.emu(clock="2026-01-01T00:00:00Z")
        def test_c(emu): pass
        """,
        "--collect-only",
        "-q",
        "-m",
        "persistent",
    )
    assert [line.partition("::")[2] for line in result.outlines if "::" in line] == ["test_a", "test_c"]


MISUSES = [
    ("emu('persistent')", "emu takes its arguments by name, not ('persistent',)."),
    ("emu(sede='x')", "emu has no argument 'sede'; there are: state, seed, clock"),
    ("emu(state='durable')", 'emu\'s state is \'durable\', but must be "ephemeral", "persistent" or "both".'),
    ("emu(clock='tomorrow')", "emu's clock is 'tomorrow', but must be a moment"),
    ("emu(clock='2026-01-01T00:00:00')", "but must be a moment: an ISO 8601 text with a time zone"),
    ("emu(clock=-1)", "emu's clock is -1"),
    ("emu(seed='')", "emu's seed is '', but must be a text that is not empty."),
    ("emu(faults=[{'service': 'sqs'}])", "but must be a list of rules"),
    ("emu(faults={'kind': 'reset'})", "but must be a list of rules"),
    ("emu(directory='here')", 'directory= needs state="persistent".'),
    ("emu_quarantine", "emu_quarantine takes a reason and a date"),
    ("emu_quarantine('flaky')", "emu_quarantine takes a reason and a date"),
    ("emu_quarantine('flaky', until='soon')", "emu_quarantine's until is 'soon', but must be a date"),
]


def test_misuse_fails_the_collection_with_a_sentence(run: Run) -> None:
    tests = [f"@pytest.mark.{marker}\ndef test_{number}(emu): pass" for number, (marker, _) in enumerate(MISUSES)]
    result = run("\n".join(["import pytest", *tests, "def test_other(): pass"]))
    assert result.ret == pytest.ExitCode.INTERRUPTED
    shown = {place.strip(): line for line, place in pairwise(result.outlines) if place.startswith("  test_it.py::")}
    for number, (_, sentence) in enumerate(MISUSES):
        assert sentence in shown[f"test_it.py::test_{number}"]


def test_two_tests_on_one_directory_are_refused(run: Run) -> None:
    result = run(
        """
        import pytest
        pytestmark = pytest.mark.emu(state="persistent", directory="workspace")
        def test_a(emu): pass
        def test_b(emu): pass
        """
    )
    assert result.ret == pytest.ExitCode.INTERRUPTED
    result.stdout.fnmatch_lines(["The directory */workspace is already that of *::test_a.", "  test_it.py::test_b"])


def test_strict_asks_for_a_state_a_versioned_seed_and_a_directory_of_its_own(
    run: Run, pytester: pytest.Pytester
) -> None:
    seed = pytester.mkdir("snapshots") / "small"
    seed.mkdir()
    (seed / "manifest.json").write_text('{"files": {}, "made": {"commit": null}}')
    text = """
        import pytest
        def test_a(s3): pass
        @pytest.mark.emu(state="ephemeral", seed="small")
        def test_b(emu): pass
        @pytest.mark.emu(state="persistent", seed="missing")
        def test_c(emu): pass
        @pytest.mark.emu(state="persistent", directory="workspace")
        def test_d(emu): pass
        @pytest.mark.emu(state="ephemeral")
        def test_fine(emu): pass
    """
    result = run(text, "--collect-only", ini="emu_strict = true")
    assert result.ret == pytest.ExitCode.INTERRUPTED
    result.stdout.fnmatch_lines(
        [
            "emu_strict: the test has a world, but declares no state*",
            "  test_it.py::test_a",
            "emu_strict: the manifest of the seed * names no commit of the code that made it.",
            "  test_it.py::test_b",
            "emu_strict: the seed * is not under version control.",
            "  test_it.py::test_b",
            "emu_strict: There is no seed named 'missing'; looked in *",
            "  test_it.py::test_c",
            "emu_strict: the test runs on */workspace, which outlives it*",
            "  test_it.py::test_d",
        ]
    )
    result.stdout.no_fnmatch_line("  test_it.py::test_fine")
