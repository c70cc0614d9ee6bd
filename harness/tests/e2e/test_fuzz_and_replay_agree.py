"""The fuzz binary and the replay binary run one input under one schedule: both switch as often."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from ffhlib import paths, profile, replayer, stats
from ffhlib.target import load

PLAN = paths.PROJECT / "harness" / "tests" / "bench" / "plans" / "pricing-4-0.plan"
SCHEDULES = (
    "random seed=7 lanes=4 stickiness=3 granularity=memory",
    "pct seed=7 lanes=4 granularity=memory depth=3 length=2000",
    "pos seed=7 lanes=4 granularity=memory",
    "surw seed=7 lanes=4 granularity=memory length=400 weights=A:100,B:100,C:100,D:100",
    "surw seed=0xa22b218f lanes=4 granularity=memory length=40 weights=A:10,B:10,C:10,D:10",
)


@pytest.mark.parametrize("schedule", SCHEDULES, ids=lambda text: "-".join(text.split()[:2]))
def test_they_switch_as_often(
    schedule: str, build_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paths, "BUILD", build_dir.parent)
    target = load("pricing", build_dir.name)
    env = profile.environment("asan", paths.PROJECT, tmp_path)
    text, plan, page = tmp_path / "text.plan", tmp_path / "plan", tmp_path / "page"
    text.write_text(re.sub(r"(?m)^schedule .*$", f"schedule {schedule}", PLAN.read_text()))
    code, _, message = replayer.compile_text(target.replay, text, plan, env)
    assert code == 0, message
    replayed = replayer.replay(target.replay, plan, env, 25)
    fuzz = [target.fuzz, "-detect_leaks=0", f"--ffh-stats={page}", plan]
    subprocess.run(fuzz, env=env, check=True, capture_output=True, timeout=60)
    fuzzed = stats.read(page)
    assert fuzzed is not None and fuzzed.runs == 1
    switches = re.search(r"^trace: .* switches: (\d+)", replayed.output, re.MULTILINE)
    assert switches and int(switches[1]) == fuzzed.switches > 0
