"""The flavor without sanitizers: its allocator, and that the rules which need no sanitizer are reported
there with the same names of functions, crashes included."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from ffh_e2e import PROJECT, ffh, fuzz, inner_counts
from ffhlib import build, profile, replayer, target

FLAVOR = ("--flavor", "native")
PLANS = PROJECT / "harness" / "tests" / "rules" / "plans"
# What only a sanitizer sees: accesses and undefined behaviour. Races are ThreadSanitizer's.
SANITIZERS = {
    "FFH-ARG-BOUNDS",
    "FFH-BORROW-KEPT",
    "FFH-GLOBAL-OVERFLOW",
    "FFH-HEAP-OVERFLOW",
    "FFH-LOCK-FREED",
    "FFH-STACK-BUFFER",
    "FFH-UB",
    "FFH-USE-AFTER-FREE",
    "FFH-VIEW-LOST",
}
# Nobody says what can still be reached: what is left each time again is told as growth.
OTHERS = {"FFH-LEAK": "FFH-GROWTH"}
# What ends by a signal, and the function that the signature names.
CRASHES = {
    "FFH-ABORT": "abort_bad",
    "FFH-NULL-DEREF": "null_deref_bad",
    "FFH-SEGV": "segv_bad",
    "FFH-STACK-OVERFLOW": "stack_overflow_bad",
}


@pytest.fixture(scope="module")
def rules() -> target.Target:
    build.prepare("native", again=True)  # it may be from before these targets
    done = ffh("build", "rules", "pricing-planted", "misbehave-malloc", *FLAVOR, timeout=1200)
    assert done.code == 0, done.text
    return target.load("rules", "native")


def compiled(owner: target.Target, plan: str, folder: Path) -> Path:
    binary = folder / f"{plan}.bin"
    env = profile.environment("native", PROJECT)
    code, _, message = replayer.compile_text(owner.replay, PLANS / f"{plan}.plan", binary, env)
    assert code == 0, message
    return binary


def replay(owner: target.Target, plan: str, folder: Path) -> replayer.Outcome:
    env = profile.environment("native", PROJECT)
    return replayer.replay(owner.replay, compiled(owner, plan, folder), env, timeout=60)


def test_the_allocator(rules: target.Target) -> None:
    where = rules.replay.parents[1]
    build.ninja(where, ["test_alloc_native"])
    program = where / "tests" / "test_alloc_native"
    done = subprocess.run([program], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_what_is_right_is_silent(rules: target.Target, tmp_path: Path) -> None:
    plans = sorted(path.stem for path in PLANS.glob("*_ok.plan"))
    files = [compiled(rules, plan, tmp_path) for plan in plans]
    env = profile.environment("native", PROJECT)
    lines, end = replayer.traces(rules.replay, files, env, 60)
    assert end.kind == replayer.NOTHING, end.output
    assert len(lines) == len(plans)


@pytest.mark.parametrize("rule", sorted(CRASHES))
def test_a_crash_is_told_with_its_stack(rules: target.Target, rule: str, tmp_path: Path) -> None:
    outcome = replay(rules, f"{rule}_violates", tmp_path)
    assert outcome.rule == rule, outcome.output
    assert outcome.sanitizer is not None
    crash = outcome.sanitizer.stack("crash")
    assert crash and any("/rules.cpp:" in frame.location for frame in crash.frames), outcome.output
    assert outcome.signature.startswith(f"{rule}-{CRASHES[rule]}-")
    assert replay(rules, f"{rule}_violates", tmp_path).signature == outcome.signature


def test_what_unwinds_is_told_with_its_stack(rules: target.Target, tmp_path: Path) -> None:
    """No crash: the boundary sees it pass, and says what was thrown and from where."""
    outcome = replay(rules, "FFH-UNWIND_violates", tmp_path)
    assert outcome.rule == "FFH-UNWIND", outcome.output
    assert "std::runtime_error left unwind_bad" in outcome.message
    (thrown,) = (e for e in outcome.report["evidence"] if e["title"] == "thrown")
    assert any("/rules.cpp:" in frame["location"] for frame in thrown["stack"]), outcome.output
    assert outcome.signature.startswith("FFH-UNWIND-unwind_bad-")
    assert replay(rules, "FFH-UNWIND_violates", tmp_path).signature == outcome.signature


def test_what_is_moved_away_is_told(rules: target.Target, tmp_path: Path) -> None:
    """By the trap: nothing here is instrumented to see a read."""
    outcome = replay(rules, "FFH-RELOCATION_violates", tmp_path)
    assert outcome.rule == "FFH-RELOCATION", outcome.output
    assert "moved away from, of 16 bytes" in outcome.message
    assert outcome.signature.startswith("FFH-RELOCATION-relocation_read-")


@pytest.mark.parametrize(
    "plan",
    sorted(
        path.stem
        for path in PLANS.glob("*_violates.plan")
        if path.stem.partition("_")[0] not in SANITIZERS | CRASHES.keys() | {"FFH-TIMEOUT"}
    ),
)
def test_a_violation_is_reported(rules: target.Target, plan: str, tmp_path: Path) -> None:
    outcome = replay(rules, plan, tmp_path)
    rule = plan.partition("_")[0]
    assert outcome.rule == OTHERS.get(rule, rule), outcome.output


@pytest.mark.parametrize("binary", ["replay", "fuzz"])
def test_a_crash_takes_no_counts_along(rules: target.Target, binary: str, tmp_path: Path) -> None:
    """Without a sanitizer the engine's own handlers end the process."""
    calls = "A: wrong_thread_good()\n"
    code, silent = inner_counts(rules, tmp_path / "silent", calls, binary=binary)
    assert code == 0 and silent["core_use"] > 0
    calls += "A: null_deref_bad()\n"
    code, found = inner_counts(rules, tmp_path / "found", calls, binary=binary)
    assert code != 0 and found == silent


def test_fuzzing_finds_and_replays(rules: target.Target, tmp_path: Path) -> None:
    done, entry = fuzz("pricing-planted", 20, tmp_path, *FLAVOR)
    assert done.code == 2, done.text
    assert {f["rule"] for f in entry["findings"]} == {"FFH-DOUBLE-FREE"}, done.text
    folder, *_ = sorted(tmp_path.glob("runs/*/findings/FFH-DOUBLE-FREE-*"))
    again = ffh("repro", folder, "--times", "10")
    assert again.code == 2, again.text
    assert "10 of 10" in again.text


def test_a_target_that_replaces_malloc(rules: target.Target, tmp_path: Path) -> None:
    text = tmp_path / "x.plan"
    text.write_text(
        "ffihammer plan 1 target=misbehave-malloc\n"
        "schedule random seed=0x1 lanes=1 stickiness=0\n"
        "A: h0 = misbehave_create()\n"
    )
    done = ffh("repro", text, *FLAVOR)
    assert done.code == 1, done.text
    assert "the target replaces malloc and free: what it allocates is not seen" in done.text
