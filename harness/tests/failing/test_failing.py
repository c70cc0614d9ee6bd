"""Allocations that a plan makes fail, in C, C++ and Rust: the path behind is as it should be, leaks, or
ends the process."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest
from ffhlib import finding_report, paths, profile, replayer, stats, target

# (call, what comes of it). Every function makes two allocations, or says otherwise.
CASES = [
    ("c_leak_bad(out=out h0) fail=1", ""),
    ("c_leak_bad(out=out h0) fail=2", "FFH-LEAK"),
    ("c_leak_bad(out=out h0) fail=3", "FFH-LEAK"),
    ("c_leak_bad(out=out h0) fail=4", ""),  # there is no fourth
    ("c_leak_bad(out=out h0)", ""),
    *((f"c_leak_good(out=out h0) fail={n}", "") for n in (1, 2, 3)),
    ("c_crash_bad(size=8) fail=1", "FFH-NULL-DEREF"),
    ("c_crash_bad(size=8)", ""),
    ("c_crash_good(size=8) fail=1", ""),
    ("c_status_bad(size=8) fail=1", "FFH-ALLOC-FAILURE"),
    ("c_status_bad(size=8) fail=2", ""),
    ("c_status_good(size=8) fail=1", ""),
    ("c_without(size=8) fail=1", ""),
    ("cxx_leak_bad(size=8) fail=2", "FFH-LEAK"),
    ("cxx_leak_good(size=8) fail=1", ""),
    ("cxx_leak_good(size=8) fail=2", ""),
    ("cxx_unwind_bad(size=8) fail=2", "FFH-UNWIND"),
    ("cxx_unwind_good(size=8) fail=2", ""),
    ("rust_leak_bad(size=8) fail=2", "FFH-LEAK"),
    ("rust_leak_good(size=8) fail=1", ""),
    ("rust_leak_good(size=8) fail=2", ""),
    ("rust_abort_bad(size=8) fail=1", "FFH-ABORT"),
    ("rust_abort_good(size=8) fail=1", ""),
]
C_FUNCTIONS = 9
CXX_FUNCTIONS = 8


def replay(call: str, folder: Path, *options: str, settings: str = "") -> replayer.Outcome:
    binary = target.load("failing").replay
    env = profile.environment("asan", paths.PROJECT)
    text, file = folder / "plan.plan", folder / "plan.bin"
    text.write_text(f"ffihammer plan 1 target=failing\nschedule random {settings}\nA: {call}\n")
    code, output, _ = replayer.compile_text(binary, text, file, env)
    assert code == 0, output
    return replayer.replay(binary, file, env, timeout=60, options=options)


def failed(call: str, folder: Path) -> tuple[int, int]:
    """How many calls said that an allocation had failed, and in how many one was made to."""
    page = folder / "stats"
    page.unlink(missing_ok=True)
    outcome = replay(call, folder, "--stats", str(page))
    assert outcome.kind == replayer.NOTHING, outcome.output
    seen = stats.read(page)
    assert seen
    return sum(one.failed for one in seen.functions), seen.failed_allocations


@pytest.mark.parametrize(("call", "rule"), CASES)
def test_a_path_without_memory(call: str, rule: str, tmp_path: Path) -> None:
    outcome = replay(call, tmp_path)
    assert (outcome.rule, outcome.kind) == (
        rule,
        replayer.FINDING if rule else replayer.NOTHING,
    ), outcome.output
    if rule:
        report = finding_report.make_report(outcome, target.load("failing"), "", "", "")
        text = finding_report.render(report)
        number = call.rpartition("=")[2]
        name = call.partition("(")[0]
        if outcome.rule != "FFH-LEAK":  # that is about no call
            assert f"\nallocation {number} was made to fail here:\n" in text
        assert f"allocation {number} of A: {name} (call 0) had been made to fail" in text


def test_every_function_that_allocates_can_fail(tmp_path: Path) -> None:
    for function, count in (("c_count", C_FUNCTIONS), ("cxx_count", CXX_FUNCTIONS)):
        assert failed(f"{function}()", tmp_path) == (0, 0)
        for number in range(1, count + 1):
            assert failed(f"{function}() fail={number}", tmp_path) == (1, 1), number
        assert failed(f"{function}() fail={count + 1}", tmp_path) == (0, 0)


def test_what_a_callback_allocates_does_not_count(tmp_path: Path) -> None:
    assert failed("c_visit(visit=on_visit) fail=2", tmp_path) == (1, 1)
    assert failed("c_visit(visit=on_visit) fail=3", tmp_path) == (0, 0)


def test_the_page_counts_per_function(tmp_path: Path) -> None:
    page = tmp_path / "stats"
    replay("c_crash_good(size=8) fail=1", tmp_path, "--stats", str(page))
    found = stats.read(page)
    assert found
    model = stats.read_model(target.load("failing").model)
    paths_reached = {
        (path.function, path.what)
        for path in stats.coverage(model, found).error_paths
        if path.reached
    }
    assert paths_reached == {
        ("c_crash_good", "status 3"),
        ("c_crash_good", "an allocation that fails"),
    }
    assert struct.unpack_from("<Q", page.read_bytes(), 56)[0] == 1


def test_a_second_start_is_as_good_as_the_first(tmp_path: Path) -> None:
    outcome = replay("c_without(size=8)", tmp_path, "--times", "3", settings="again=1")
    assert outcome.kind == replayer.NOTHING, outcome.output


def test_what_an_end_leaves_behind_is_a_leak(tmp_path: Path) -> None:
    """The first run makes the library forget; the second one ends it."""
    silent = replay("failing_forget()", tmp_path, "--times", "2")
    assert silent.kind == replayer.NOTHING, silent.output
    outcome = replay("failing_forget()", tmp_path, "--times", "2", settings="again=1")
    assert outcome.rule == "FFH-LEAK", outcome.output
    assert outcome.sanitizer
    assert "failing_init" in outcome.output
