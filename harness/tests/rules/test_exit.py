"""The sample of a campaign's corpus that leaves by exit(): what it finds, and that it replays."""

from __future__ import annotations

import threading
from pathlib import Path
from types import SimpleNamespace

from ffhlib import determinism, exit_check, paths, profile, replayer, target
from ffhlib.findings import Findings
from ffhlib.results import Results

PLANS = Path(__file__).parent / "plans"


def campaign(folder: Path, plan: str) -> SimpleNamespace:
    """What the check needs of one, with that plan, without its exit=1, as the corpus."""
    corpus = folder / "corpus"
    corpus.mkdir()
    env = profile.environment("asan", paths.PROJECT)
    rules = target.load("rules")
    text = folder / "text.plan"
    text.write_text((PLANS / plan).read_text().replace(" exit=1", ""))
    code, output, _ = replayer.compile_text(rules.replay, text, corpus / ("0" * 40), env)
    assert code == 0, output
    return SimpleNamespace(
        target=rules,
        env=env,
        corpus=SimpleNamespace(growing=corpus),
        options=SimpleNamespace(seconds=60, timeout=30),
        findings=Findings(Results(folder / "results", "test", "commit"), paths.PROJECT),
        stop=threading.Event(),
        lock=threading.Lock(),
        internal=[],
    )


def test_what_crashes_at_exit_is_a_finding_that_replays(tmp_path: Path) -> None:
    made = campaign(tmp_path, "FFH-EXIT-CRASH_violates.plan")
    assert exit_check.run(made, tmp_path) == 1  # type: ignore[arg-type]
    [finding] = made.findings.all()
    assert finding.rule == "FFH-EXIT-CRASH"
    assert finding.reproduces
    assert finding.path
    assert " exit=1\n" in (finding.path / "plan.txt").read_text()
    assert exit_check.run(made, tmp_path) == 1  # type: ignore[arg-type]
    assert [one.count for one in made.findings.all()] == [2]


def test_the_correct_twin_is_silent_and_traced(tmp_path: Path) -> None:
    made = campaign(tmp_path, "FFH-EXIT-CRASH_ok.plan")
    assert exit_check.run(made, tmp_path) == 1  # type: ignore[arg-type]
    assert made.findings.all() == []
    file = made.corpus.growing / ("0" * 40)
    runs = [
        replayer.replay(made.target.replay, file, made.env, 30, options=options)
        for options in (("--exit",), ("--exit",), ())
    ]
    assert [run.kind for run in runs] == [replayer.NOTHING] * 3
    assert runs[0].trace == runs[1].trace
    assert runs[0].trace != runs[2].trace  # what the exit did is in it


def test_a_sample_is_spread_evenly() -> None:
    names = [f"{i:040x}" for i in range(1000)]
    assert exit_check.sample(names[::-1], 4) == [names[i] for i in (0, 250, 500, 750)]
    assert exit_check.sample(names[:3], 4) == names[:3]


def test_determinism_of_a_finding(tmp_path: Path) -> None:
    made = campaign(tmp_path, "FFH-EXIT-CRASH_hangs_violates.plan")
    exit_check.run(made, tmp_path)  # type: ignore[arg-type]
    [finding] = made.findings.all()
    assert finding.path
    found = determinism.alone(
        made.target.replay, finding.path / "input", made.env, 30, lambda: tmp_path / "events", 5
    )
    assert found.first is None or not found.first
    assert {one.rule for one in found.outcomes} == {"FFH-EXIT-CRASH"}
