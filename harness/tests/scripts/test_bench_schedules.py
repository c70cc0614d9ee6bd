"""`ffh bench schedules`: what it reads and concludes, and one quick run of every part."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ffhlib import bench_schedules, bench_schedules_rate, bench_schedules_tables
from ffhlib.bench_pairs import BenchError
from ffhlib.bench_schedules_suite import best, programs

DEFINITIONS = bench_schedules.PROGRAMS


def test_every_program_of_the_suite_is_read() -> None:
    found = programs(DEFINITIONS)
    assert len(found) >= 40
    assert {program.language for program in found} == {"c", "c++", "rust"}
    assert all(rule.startswith("FFH-") for program in found for rule in program.rules)
    slow = [program.name for program in found if "tokio" in program.name]
    assert [program.name for program in found[-len(slow) :]] == slow
    assert set(bench_schedules.QUICK_PROGRAMS) <= {program.name for program in found}


def test_an_unknown_program_is_an_error() -> None:
    with pytest.raises(BenchError, match=r"no such program .*: nothing"):
        programs(DEFINITIONS, ("lost_update", "nothing"))


def test_a_line_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    file = tmp_path / "programs.def"
    file.write_text('\nSUITE(one, "c", "FFH-ABORT", "text")\nSUITE(two, "c")\n')
    with pytest.raises(BenchError, match="cannot be read"):
        programs(file)


def found(schedules: int | None, tried: int = 10_000, expected: bool = True) -> dict[str, Any]:
    return {
        "tried": schedules or tried,
        "schedules": schedules,
        "rule": "" if schedules is None else "FFH-ABORT",
        "expected": expected,
        "seconds": 0.1,
    }


def test_the_mix_is_replayed_where_it_finds_and_else_the_quickest_policy() -> None:
    assert best({}) is None
    assert best({"mix": found(None), "policies": {"pct": found(None)}}) is None
    mix = found(3000)
    assert best({"mix": mix, "policies": {"pct": found(2)}}) is mix
    quick = found(7)
    policies = {"pct": found(90), "surw": quick, "pos": found(None)}
    assert best({"mix": found(None), "policies": policies}) is quick


def reached(rows: list[dict[str, Any]]) -> dict[str, bool]:
    limits = {"schedules": 10_000, "mix": 2_000, "replays": 100}
    lines = bench_schedules_tables.summary({"programs": rows, "limits": limits})
    return {line["what"]: line["reached"] for line in lines}


def test_a_program_that_no_policy_finds_is_not_reached() -> None:
    said = reached([{"mix": found(5)}, {"mix": found(None), "policies": {"pct": found(None)}}])
    assert said["programs found within 10000 schedules"] is False
    assert said["programs found by the mix within 2000"] is False


def test_one_slow_program_of_twenty_is_within_the_share() -> None:
    rows = [{"mix": found(5)} for _ in range(19)]
    said = reached([*rows, {"mix": found(None), "policies": {"pos": found(9)}}])
    assert said["programs found within 10000 schedules"] is True
    assert said["programs found by the mix within 2000"] is True
    said = reached([*rows, {"mix": found(2001)}, {"mix": found(2001)}])
    assert said["programs found by the mix within 2000"] is False


def test_a_twin_a_replay_and_a_rule_that_differ_are_not_reached() -> None:
    replay = {"times": 100, "same": 99, "as_found": True}
    rows = [{"mix": found(5, expected=False), "twin": found(9999), "replay": replay}]
    assert [
        reached(rows)[what]
        for what in (
            "twins silent over 10000 schedules",
            "findings with 100 of 100 replays of one outcome and trace",
            "findings of a rule that was expected",
        )
    ] == [False, False, False]


def test_the_line_of_cost_by_calls() -> None:
    straight = [{"calls": n, "us": 10 + 2.0 * n} for n in (24, 54, 108, 216)]
    fit = bench_schedules_rate.fit(straight)
    assert fit["start_us"] == pytest.approx(10) and fit["call_us"] == pytest.approx(2)
    assert fit["r2"] == pytest.approx(1) and fit["furthest"] == pytest.approx(0)
    bent = [{"calls": n, "us": float(n * n)} for n in (24, 54, 108, 216)]
    assert bench_schedules_rate.fit(bent)["r2"] < bench_schedules_tables.STRAIGHT


def test_plans_of_a_rate_use_the_lanes_they_say() -> None:
    text = bench_schedules_rate.plan(54, 64, 2, "calls", (6, 12, 18))
    calls = re.findall(r"^([A-Z]+): ", text, re.MULTILINE)
    assert len(calls) == 54 and set(calls) == {"A", "B"}
    assert re.findall(r"^switch (\d+) (\w)", text, re.MULTILINE) == [
        ("6", "B"),
        ("12", "A"),
        ("18", "B"),
    ]


def test_one_seed_under_both_granularities_differs_in_nothing_else() -> None:
    text = "ffihammer plan 1 target=leveldb\nschedule random seed=1 lanes=2 stickiness=2\nA: f()\n"
    for seed in range(50):
        plans = bench_schedules_rate.schedules(text, seed, {"calls": 5, "memory": 900})
        lines = {name: plan.splitlines() for name, plan in plans.items()}
        assert lines["calls"][2:] == lines["memory"][2:] == ["A: f()"]
        calls, memory = (
            re.sub(r" (granularity|stickiness|length|seed|weights)=[\w:,]+", "", lines[name][1])
            for name in ("calls", "memory")
        )
        assert calls == memory


@pytest.mark.slow
def test_a_quick_run_measures_every_part(ffh: Callable[..., Any], tmp_results: Path) -> None:
    done = ffh("bench", "schedules", "--quick", "--json", "--results", tmp_results)
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    assert document["interrupted"] is False and document["commit"] and document["machine"]
    rows = document["programs"]
    assert [row["program"] for row in rows] == [
        program.name for program in programs(DEFINITIONS, bench_schedules.QUICK_PROGRAMS)
    ]
    for row in rows:
        assert best(row) is not None and best(row)["expected"], row
        assert row["twin"]["schedules"] is None and row["twin"]["tried"] == 200, row
        assert row["replay"]["same"] == row["replay"]["times"] == 3, row
        assert row["replay"]["as_found"], row
        assert row["plain"]["ratio"] > 0, row
    for case in [*document["rate"]["calls"], *document["rate"]["idle"]]:
        assert case["median"] > 0 and case["us"] > 0, case
    assert document["leveldb"]["ratio"]["median"] > 0
    (written,) = tmp_results.glob("runs/*-bench-schedules/bench.json")
    assert json.loads(written.read_text())["programs"] == rows
