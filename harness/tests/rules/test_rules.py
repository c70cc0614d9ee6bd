"""Every rule has a plan that breaks it and one, doing the same thing correctly, that stays silent."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from ffhlib import finding_report, paths, profile, replayer, rules, target

PLANS = Path(__file__).parent / "plans"
# A target that dies before its first input has no plan: the end-to-end tests break FFH-START. And a death
# that no rule describes is what none of our plans can cause: test_sanitizer_report.py feeds one. Races are
# ThreadSanitizer's to see, in a flavor of its own: test_tsan.py. Layouts are compared before any input:
# harness/tests/scripts/test_layout.py.
WITHOUT_A_PLAN = {"FFH-DATA-RACE", "FFH-LAYOUT", "FFH-START", "FFH-UNCLASSIFIED"}
THREADS = re.compile("hall_create")


def compiled(name: str, folder: Path, plans: Path = PLANS) -> tuple[Path, dict[str, str]]:
    """The plan as a file that a replay reads, and the environment for it."""
    binary = folder / f"{name}.bin"
    env = profile.environment("asan", paths.PROJECT)
    code, output = replayer.capture(
        [
            str(target.load("rules").replay),
            "--compile",
            str(plans / f"{name}.plan"),
            str(binary),
        ],
        env,
        30,
    )
    assert code == 0, output
    return binary, env


def replay(name: str, folder: Path) -> replayer.Outcome:
    binary, env = compiled(name, folder)
    # Filling gigabytes takes its time; only the plan that never ends waits for the limit.
    return replayer.replay(
        target.load("rules").replay, binary, env, timeout=5 if "TIMEOUT" in name else 90
    )


def rule_of(plan: str) -> str:
    """A plan is named RULE_violates or RULE_ok; a variant has a word between."""
    return plan.partition("_")[0]


def test_every_rule_has_both_plans() -> None:
    expected = {rule.id for rule in rules.load().values()} - WITHOUT_A_PLAN
    for kind in ("violates", "ok"):
        assert {rule_of(path.stem) for path in PLANS.glob(f"*_{kind}.plan")} == expected


@pytest.mark.parametrize("plan", sorted(path.stem for path in PLANS.glob("*_violates.plan")))
def test_violation_is_reported(plan: str, tmp_path: Path) -> None:
    outcome = replay(plan, tmp_path)
    assert outcome.kind == replayer.FINDING, outcome.output
    assert outcome.rule == rule_of(plan), outcome.output


@pytest.mark.parametrize("plan", sorted(path.stem for path in PLANS.glob("*_ok.plan")))
def test_correct_twin_is_silent(plan: str, tmp_path: Path) -> None:
    outcome = replay(plan, tmp_path)
    assert outcome.kind == replayer.NOTHING, outcome.output
    # Silent because it ran, not because it was skipped.
    assert " skipped: 0 " in outcome.output


# What the scheduler finds, and by which thread and function of libc.
STUCK = {
    "FFH-DEADLOCK_violates": {"A": "pthread_mutex_lock", "B": "pthread_mutex_lock"},
    "FFH-DEADLOCK_threads_violates": {
        "A": "pthread_join",
        "T1": "pthread_mutex_lock",
        "T2": "pthread_mutex_lock",
    },
    "FFH-LOST-WAKEUP_violates": {"A": "pthread_cond_wait"},
    "FFH-LOST-WAKEUP_threads_violates": {"A": "pthread_cond_wait"},
    "FFH-THREAD-LEFT_violates": {"T1": "pthread_cond_wait", "T2": "pthread_cond_wait"},
}


@pytest.mark.parametrize("plan", sorted(STUCK))
def test_a_report_says_who_waits_where_and_for_whom(plan: str, tmp_path: Path) -> None:
    waits = {wait["thread"]: wait for wait in replay(plan, tmp_path).report["waits"]}
    blocked = {name: wait["in"] for name, wait in waits.items() if wait["blocked"]}
    assert blocked == STUCK[plan]
    for name, wait in waits.items():
        assert wait["stack"], name
        holder = wait.get("held_by")
        assert (holder is None) == (wait["op"] != "lock"), name
        if holder:  # who in turn waits for a lock that this one holds
            assert waits[holder]["held_by"] == name


def test_the_text_of_a_deadlock_shows_the_circle(tmp_path: Path) -> None:
    outcome = replay("FFH-DEADLOCK_violates", tmp_path)
    text = finding_report.render(
        finding_report.make_report(outcome, target.load("rules"), outcome.signature, "", "")
    )
    for thread, holder in (("A", "B"), ("B", "A")):
        _, title, rest = text.partition(f"\n{thread} waits in pthread_mutex_lock, object ")
        assert title, text
        stack = rest.partition("\n\n")[0]
        assert f", held by {holder}:" in stack
        assert "lock_both" in stack and "deadlock_bad" in stack
        assert "harness/run/" not in stack


def test_a_stack_has_the_function_whose_last_act_was_the_call(tmp_path: Path) -> None:
    report = replay("FFH-DOUBLE-FREE_violates", tmp_path).sanitizer
    assert report
    stack = report.stack("free")
    assert stack and "double_free_bad" in [frame.function for frame in stack.frames]


def test_a_report_has_one_name_for_each_thread(tmp_path: Path) -> None:
    outcome = replay("FFH-USE-AFTER-FREE_threads_violates", tmp_path)
    report = finding_report.make_report(
        outcome, target.load("rules"), outcome.signature, "", "scripts/ffh repro it"
    )
    said = {stack["role"]: stack["thread"] for stack in report["stacks"]}
    assert said["use"] == report["thread"] == "thread T3"
    assert said["free"] == "thread T2"
    assert said["allocation"] == "thread T1"  # although it has given itself another name
    text = finding_report.render(report)
    assert "\nfreed by thread T2:\n" in text
    assert not re.search(r"\bT(?![123]\b)\d+", text), text


OF_THREADS = sorted(
    path.stem for path in PLANS.glob("*.plan") if THREADS.search(path.read_text(encoding="utf-8"))
)


@pytest.mark.parametrize("plan", OF_THREADS)
def test_a_rule_holds_under_any_schedule(plan: str, tmp_path: Path) -> None:
    binary, env = compiled(plan, tmp_path)
    code, output = replayer.capture(
        [str(target.load("rules").replay), "--schedules", "200", str(binary)], env, 90
    )
    outcome = replayer.classify(code, output, {})
    if plan.endswith("_ok"):
        assert (outcome.kind, code) == (replayer.NOTHING, 0), output
    else:
        assert outcome.rule == rule_of(plan), output


@pytest.mark.parametrize("plan", OF_THREADS)
def test_plans_of_threads_replay(plan: str, tmp_path: Path) -> None:
    first, second = (replay(plan, tmp_path) for _ in range(2))
    assert first.trace
    assert (first.trace, first.report) == (second.trace, second.report)


MEANWHILE = """ffihammer plan 1 target=rules
schedule random seed={seed} lanes=3 stickiness=2 granularity=memory
A: concurrent_use_bad()
B: concurrent_use_good()
C: concurrent_use_good()
"""


@pytest.mark.parametrize("seed", range(1, 7))
def test_nobody_else_runs_while_the_inner_edge_reports(seed: int, tmp_path: Path) -> None:
    (tmp_path / "meanwhile.plan").write_text(MEANWHILE.format(seed=seed), encoding="utf-8")
    binary, env = compiled("meanwhile", tmp_path, tmp_path)
    outcome = replayer.replay(target.load("rules").replay, binary, env, timeout=30)
    assert outcome.rule in ("FFH-CONCURRENT-USE", "FFH-INIT-ORDER"), outcome.output
    assert outcome.report["waits"], outcome.output


def test_a_late_callback_is_told_with_its_registration_and_its_end(tmp_path: Path) -> None:
    outcome = replay("FFH-CALLBACK-LATE_violates", tmp_path)
    assert [one["title"] for one in outcome.report["evidence"]] == [
        "called back",
        "registered in call 1, callback_late_bad, of lane A",
        "h0 destroyed in call 2, bell_destroy, of lane A",
    ]
    assert outcome.signature.startswith("FFH-CALLBACK-LATE-callback_late_bad_on_ring-")
    once = replay("FFH-CALLBACK-LATE_call_violates", tmp_path).report["evidence"]
    assert once[1]["title"] == "registered in call 0, callback_late_call_bad, of lane A"


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


@pytest.mark.parametrize("variant", ["inner", "inner_thread"])
def test_a_block_names_the_inner_function_that_it_comes_from(variant: str, tmp_path: Path) -> None:
    report = replay(f"FFH-CROSS-SIDE-FREE_{variant}_violates", tmp_path).report
    contract = (paths.PROJECT / "harness/tests/rules/contract.h").read_text(encoding="utf-8")
    line = next(n for n, text in enumerate(contract.split("\n"), 1) if "core_text(void)" in text)
    title = report["evidence"][0]["title"]
    assert title.startswith(f"allocated for the legacy's side in core_text (contract:{line})")
    assert "outside of any call" not in title
    assert report["message"].endswith("the contract has them freed by core_text_free")


def test_an_old_message_goes_in_only_where_the_contract_says_so(tmp_path: Path) -> None:
    plan = (PLANS / "FFH-LEAK_message_given_violates.plan").read_text().replace("_bad", "_good")
    (tmp_path / "handed_in.plan").write_text(plan)
    code, output = replayer.capture(
        [str(target.load("rules").replay), "--compile", str(tmp_path / "handed_in.plan"),
         str(tmp_path / "handed_in.bin")],
        profile.environment("asan", paths.PROJECT), 30,
    )  # fmt: skip
    assert code != 0
    assert "error: no old message goes in here: that takes FFH_INOUT" in output
