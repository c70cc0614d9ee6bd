"""Every rule has a plan that breaks it and one, doing the same thing correctly, that stays silent."""

from __future__ import annotations

from pathlib import Path

import pytest
from ffhlib import paths, profile, replayer, rules, target

PLANS = Path(__file__).parent / "plans"
# A target that dies before its first input has no plan: the end-to-end tests break FFH-START. And a death
# that no rule describes is what none of our plans can cause: test_sanitizer_report.py feeds one.
WITHOUT_A_PLAN = {"FFH-START", "FFH-UNCLASSIFIED"}


def replay(name: str, folder: Path) -> replayer.Outcome:
    built = target.load("rules")
    binary = folder / f"{name}.bin"
    env = profile.environment("asan", paths.PROJECT)
    code, output = replayer.capture(
        [str(built.replay), "--compile", str(PLANS / f"{name}.plan"), str(binary)], env, 30
    )
    assert code == 0, output
    # Filling gigabytes takes its time; only the plan that never ends waits for the limit.
    return replayer.replay(built.replay, binary, env, timeout=5 if "TIMEOUT" in name else 90)


def test_every_rule_has_both_plans() -> None:
    expected = {rule.id for rule in rules.load().values()} - WITHOUT_A_PLAN
    for kind in ("violates", "ok"):
        assert {
            path.stem.removesuffix(f"_{kind}") for path in PLANS.glob(f"*_{kind}.plan")
        } == expected


@pytest.mark.parametrize("plan", sorted(path.stem for path in PLANS.glob("*_violates.plan")))
def test_violation_is_reported(plan: str, tmp_path: Path) -> None:
    outcome = replay(plan, tmp_path)
    assert outcome.kind == replayer.FINDING, outcome.output
    assert outcome.rule == plan.removesuffix("_violates"), outcome.output


@pytest.mark.parametrize("plan", sorted(path.stem for path in PLANS.glob("*_ok.plan")))
def test_correct_twin_is_silent(plan: str, tmp_path: Path) -> None:
    outcome = replay(plan, tmp_path)
    assert outcome.kind == replayer.NOTHING, outcome.output
    # Silent because it ran, not because it was skipped.
    assert " skipped: 0 " in outcome.output


def test_a_late_use_is_reported_under_no_parameter_of_its_own_call(tmp_path: Path) -> None:
    report = replay("FFH-BORROW-KEPT_violates", tmp_path).report
    assert report["function"] == "borrow_use"
    assert "parameter" not in report
    assert report["argument"]["parameter"] == "bytes"
    assert report["argument"]["given_by"]["function"] == "borrow_kept_bad"
    assert report["argument"]["borrowed"] is False


def test_an_access_outside_an_argument_names_the_parameter(tmp_path: Path) -> None:
    report = replay("FFH-ARG-BOUNDS_violates", tmp_path).report
    assert report["parameter"] == report["argument"]["parameter"] == "bytes"
    assert report["argument"]["borrowed"] is True
