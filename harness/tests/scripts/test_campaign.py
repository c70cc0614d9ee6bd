"""Fuzz supervision with a fake target: every way a target can misbehave."""

from __future__ import annotations

import json
import os
import shutil
import threading
import time
from pathlib import Path
from typing import Any

import fake
import pytest
from ffhlib import campaign, engine, nightly, paths, replayer, repro, status, target
from ffhlib.corpus import CorpusError
from ffhlib.engine import FuzzOptions
from ffhlib.findings import Findings
from ffhlib.results import Results


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("project")
    fake.build(folder)
    return folder


@pytest.fixture
def fuzz(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(paths, "PROJECT", project)
    monkeypatch.setattr(paths, "BUILD", project / "build")
    monkeypatch.setenv("FAKE_ONCE", str(tmp_path / "once"))

    def run(
        mode: str, seconds: float = 3, stop_after: float = 0, **options: Any
    ) -> tuple[dict[str, Any], Results]:
        monkeypatch.setenv("FAKE_MODE", mode)
        results = Results(tmp_path / "results", "test", "commit")
        findings = Findings(results, project)
        stop = threading.Event()
        if stop_after:
            threading.Timer(stop_after, stop.set).start()
        entry = campaign.fuzz(
            target.load("fake"),
            FuzzOptions(seconds, 2, 7, timeout=2, **options),
            results,
            findings,
            project,
            stop,
            quiet=True,
        )
        return entry, results

    return run


def only_finding(entry: dict[str, Any], rule: str) -> dict[str, Any]:
    assert entry["outcome"] == "finding", entry
    assert [finding["rule"] for finding in entry["findings"]] == [rule], entry
    return entry["findings"][0]


def test_a_sound_target_passes(fuzz: Any, project: Path) -> None:
    entry, results = fuzz("quiet")
    assert entry["outcome"] == "pass", entry
    assert entry["runs"] > 100
    assert entry["peak_rss_mb"] > 0
    assert entry["coverage"]["functions_reached"] == 2
    assert entry["coverage"]["functions_unreached"] == ["fake_destroy"]
    reached = {
        (path["function"], path["what"])
        for path in entry["coverage"]["error_path_list"]
        if path["reached"]
    }
    assert reached == {("fake_use", "status 1"), ("fake_use", "null")}
    assert entry["coverage"]["error_paths"] == 5
    folder = results.path / "targets" / "fake-asan"
    assert (folder / "series.csv").read_text().startswith("seconds,runs,")
    assert (folder / "corpus.json").is_file()
    assert (folder / "log" / "fuzz-0.log").stat().st_size > 0
    assert list((project / ".cache" / "corpus" / "fake").iterdir())


def test_a_finding_is_kept_counted_and_replayed(fuzz: Any, project: Path) -> None:
    entry, results = fuzz("double_free", seconds=6)
    finding = only_finding(entry, "FFH-DOUBLE-FREE")
    assert finding["reproduced"] == "3 of 3"
    assert finding["count"] >= 2, "the second occurrence is counted"
    folder = results.path / "findings" / finding["signature"]
    names = {path.name for path in folder.iterdir()}
    assert names == {"input", "plan.txt", "report.json", "report.txt", "repro.sh", "log"}
    report = json.loads((folder / "report.json").read_text())
    assert report["count"] == finding["count"]
    assert [stack["role"] for stack in report["stacks"]] == ["second free", "free", "allocation"]
    text = (folder / "report.txt").read_text()
    assert "FFH-DOUBLE-FREE: the same memory was freed twice" in text
    assert "scripts/ffh repro" in text
    outcome = replayer.replay(
        target.load("fake").replay, folder / "input", campaign_env(project), 5
    )
    assert outcome.signature == finding["signature"]


def campaign_env(project: Path) -> dict[str, str]:
    from ffhlib import profile

    return profile.environment("asan", project)


def test_two_findings_with_two_jobs(fuzz: Any) -> None:
    entry, _ = fuzz("two", seconds=20, jobs=2)
    assert {finding["rule"] for finding in entry["findings"]} == {"FFH-DOUBLE-FREE", "FFH-ABORT"}


def test_a_hang_is_a_timeout(fuzz: Any) -> None:
    entry, _ = fuzz("hang", seconds=6)
    assert only_finding(entry, "FFH-TIMEOUT")["reproduced"] == "1 of 1"


def test_an_exit_of_the_library_is_a_finding(fuzz: Any) -> None:
    entry, _ = fuzz("silent_exit", seconds=3)
    assert only_finding(entry, "FFH-EXIT")


def test_a_finding_that_does_not_come_again_is_no_finding(fuzz: Any) -> None:
    entry, results = fuzz("flaky", seconds=3)
    assert entry["findings"] == []
    [kept] = entry["replayed"]["nondeterministic"]
    assert "the fuzz process said FFH-ABORT" in kept["first_difference"]
    folder = results.path / "quarantine" / Path(kept["path"]).name
    assert (folder / "input").is_file()
    assert "ABRT" in (folder / "log-1").read_text()


def test_new_inputs_are_run_twice(fuzz: Any, project: Path) -> None:
    shutil.rmtree(project / ".cache", ignore_errors=True)
    entry, _ = fuzz("quiet", seconds=3)
    replayed = entry["replayed"]
    assert replayed["inputs"] == entry["corpus"]["files"] > 0
    assert (replayed["unchecked"], replayed["nondeterministic"]) == (0, [])
    number = replayed["inputs"]
    assert f"{number} of {number} new inputs did the same twice" in status.summary(entry)


def test_an_input_that_does_not_replay_is_quarantined(fuzz: Any, project: Path) -> None:
    shutil.rmtree(project / ".cache", ignore_errors=True)
    entry, results = fuzz("restless", seconds=3)
    assert (entry["outcome"], entry["findings"]) == ("nondeterministic", [])
    assert campaign.exit_code([entry["outcome"]]) == 3
    entries = entry["replayed"]["nondeterministic"]
    assert len(entries) == entry["replayed"]["inputs"] > 0
    folder = Path(entries[0]["path"])
    assert folder.parent == results.path / "quarantine"
    names = {path.name for path in folder.iterdir()}
    assert names >= {"input", "plan.txt", "events-1", "events-2", "difference.txt"}
    assert (folder / "events-1").read_text() != (folder / "events-2").read_text()
    assert entries[0]["first_difference"].startswith("event 2: point ")
    assert entries[0]["first_difference"] in (folder / "difference.txt").read_text()
    assert "does not replay" in campaign.messages(entry)[0]
    assert f"DOES NOT REPLAY {entries[0]['name']}" in status.summary(entry)
    assert entries[0]["name"] in nightly.junit([entry])
    kept = project / ".cache" / "corpus" / "fake.quarantine"
    assert len(list(kept.iterdir())) == len(entries)


def test_an_input_outside_of_control_is_counted_apart(fuzz: Any, project: Path) -> None:
    shutil.rmtree(project / ".cache", ignore_errors=True)
    entry, results = fuzz("outside", seconds=3)
    assert entry["outcome"] == "pass", entry
    replayed = entry["replayed"]
    assert replayed["not_controlled"] == {"fake_wait": replayed["inputs"]}
    assert replayed["not_controlled_different"] == replayed["inputs"] > 0
    assert status.summary(entry).count("not controlled: fake_wait") == 1
    assert not (results.path / "quarantine").exists()


def test_a_replay_may_find_what_the_fuzzer_did_not(fuzz: Any, project: Path) -> None:
    shutil.rmtree(project / ".cache", ignore_errors=True)
    entry, _ = fuzz("replay_only", seconds=4)
    finding = only_finding(entry, "FFH-ABORT")
    assert finding["reproduced"] == "3 of 3"
    data = (Path(finding["path"]) / "input").read_bytes()
    assert data[:1] == b"X"
    aside = [path.read_bytes() for path in (project / ".cache/corpus/fake.crashes").iterdir()]
    assert data in aside
    assert entry["replayed"]["nondeterministic"] == []


def test_a_finding_whose_replays_disagree_is_no_finding(fuzz: Any) -> None:
    entry, _ = fuzz("turns", seconds=4)
    kept = [one for one in entry["replayed"]["nondeterministic"] if one["kind"] == "finding"]
    assert kept, entry
    assert len(kept[0]["outcomes"]) == 2
    assert (Path(kept[0]["path"]) / "log-1").read_text() != ""
    assert entry["findings"] == []


@pytest.mark.parametrize(
    ("mode", "words"),
    [
        ("crash_at_start", "ended before its first input"),
        ("hang_at_start", "hung before its first input"),
    ],
)
def test_start_is_a_finding(fuzz: Any, mode: str, words: str) -> None:
    entry, _ = fuzz(mode, seconds=2)
    assert words in only_finding(entry, "FFH-START")["message"]


def test_a_refusal_is_an_environment_error(fuzz: Any) -> None:
    entry, _ = fuzz("refuse", seconds=2)
    assert entry["outcome"] == "error"
    assert "no private directory can be made" in entry["problems"][0]


@pytest.mark.parametrize("mode", ["internal", "no_stats"])
def test_a_broken_harness_is_internal(fuzz: Any, mode: str) -> None:
    entry, _ = fuzz(mode, seconds=2)
    assert entry["outcome"] == "internal", entry
    assert campaign.exit_code(["finding", "internal", "error"]) == 3


def test_stop_ends_soon_and_keeps_the_corpus(fuzz: Any, project: Path) -> None:
    begin = time.monotonic()
    entry, _ = fuzz("quiet", seconds=60, stop_after=2)
    assert time.monotonic() - begin < 12
    assert entry["outcome"] == "pass"
    assert entry["corpus"]["files"] > 0


def test_a_removed_target_is_not_listed(
    fuzz: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paths, "BUILD", tmp_path / "build")
    folder = tmp_path / "build" / "asan" / "targets" / "gone"
    folder.mkdir(parents=True)
    (folder / "target.json").write_text(json.dumps({"contract": str(tmp_path / "gone.h")}))
    assert target.names() == []
    (folder / "target.json").write_text("{")
    with pytest.raises(target.TargetError, match="cannot read"):
        target.load("gone")


def test_scratch_of_a_killed_run_is_removed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(engine, "scratch_base", lambda: str(tmp_path))
    (tmp_path / "ffh-run-999999999-old").mkdir()
    alive = tmp_path / f"ffh-run-{os.getpid()}-alive"
    alive.mkdir()
    made = engine.make_scratch()
    assert {path.name for path in tmp_path.iterdir()} == {alive.name, made.name}


def test_seeds_are_compiled_and_a_bad_one_is_named(fuzz: Any, project: Path) -> None:
    seeds = project / "corpus" / "fake" / "seeds"
    seeds.mkdir(parents=True)
    seed = seeds / "one.plan"
    compiled = project / "build" / "asan" / "targets" / "fake" / "seeds"
    try:
        seed.write_text("ffihammer plan 1 target=fake\n")
        _, results = fuzz("quiet", seconds=2)
        assert [path.read_bytes()[:4] for path in compiled.iterdir()] == [b"FFH\x01"]
        log = (results.path / "targets" / "fake-asan" / "log" / "fuzz-0.log").read_text()
        assert "1 files found in" in log
        seed.write_text("ffihammer plan 1 target=fake\nsyntax error\n")
        with pytest.raises(CorpusError, match=r"one\.plan is not a plan of this target.*:2:1:"):
            fuzz("quiet", seconds=2)
        seed.unlink()
        fuzz("quiet", seconds=2)
        assert list(compiled.iterdir()) == []
    finally:
        shutil.rmtree(project / "corpus")


def test_runs_limit(fuzz: Any) -> None:
    entry, _ = fuzz("quiet", seconds=60, runs=500)
    assert 400 <= entry["runs"] <= 700


def test_repro_says_how_often(
    fuzz: Any,
    project: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("FAKE_MODE", "double_free")
    assert target.load("fake")
    file = tmp_path / "input"
    file.write_bytes(b"Xx")

    def replay(*arguments: str) -> int:
        import argparse

        parser = argparse.ArgumentParser()
        repro.configure(parser)
        return repro.run(
            parser.parse_args([str(file), "--target", "fake", "--no-build", *arguments])
        )

    assert replay("--times", "3") == 2
    assert "3 of 3" in capsys.readouterr().out
    monkeypatch.setenv("FAKE_MODE", "quiet")
    assert replay("--times", "2") == 0
    assert "trace 0000beef" in capsys.readouterr().out
    monkeypatch.setenv("FAKE_MODE", "flaky")
    assert replay("--times", "3") == 3
    assert "the runs disagree" in capsys.readouterr().out
    monkeypatch.setenv("FAKE_MODE", "restless")
    assert replay("--times", "2") == 3
    out = capsys.readouterr().out
    assert "nothing found  1 of 2  trace 0" in out
    assert "first difference: event 2: point " in out
    monkeypatch.setenv("FAKE_MODE", "hang")
    assert replay("--timeout", "1") == 2
    monkeypatch.setenv("FAKE_MODE", "silent_exit")
    assert replay() == 2
    assert "FFH-EXIT" in capsys.readouterr().out
