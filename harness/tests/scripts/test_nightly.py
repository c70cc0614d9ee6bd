"""The nightly run with fake targets: files, verdicts, a missing measurement is an error."""

from __future__ import annotations

import argparse
import csv
import json
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import Any

import fake
import pytest
from ffhlib import nightly, paths, target


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("nightly")
    fake.build(folder)
    fake.build(folder, "fake-planted")
    return folder


@pytest.fixture
def night(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(paths, "PROJECT", project)
    monkeypatch.setattr(paths, "BUILD", project / "build")
    built = [name for name in target.names() if not target.describe(name).planted]
    monkeypatch.setattr(nightly, "_prepare", lambda _flavor: built)

    def run(mode: str, *arguments: str) -> tuple[int, Path]:
        monkeypatch.setenv("FAKE_MODE", mode)
        parser = argparse.ArgumentParser()
        nightly.configure(parser)
        args = parser.parse_args(
            [
                "--quick",
                "--time-per-target",
                "2",
                "--jobs",
                "1",
                "--results",
                str(tmp_path / "results"),
                *arguments,
            ]
        )
        return nightly.run(args), (tmp_path / "results" / "latest").resolve()

    return run


def test_a_night_that_passes(night: Any, capsys: pytest.CaptureFixture[str]) -> None:
    code, folder = night("quiet")
    assert code == 0
    assert folder.name.endswith("-nightly")
    verdict = json.loads((folder / "verdict.json").read_text())
    assert (verdict["verdict"], verdict["exit"]) == ("pass", 0)
    assert verdict["targets"] == {"fake": "pass"}, "planted targets are left out"
    suite = ElementTree.parse(folder / "junit.xml").getroot()
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == ("1", "0", "0")
    assert "| fake |" in (folder / "summary.md").read_text()
    with (folder.parents[1] / "history.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert rows[0]["target"] == "fake"
    assert rows[0]["outcome"] == "pass"
    out = capsys.readouterr().out
    assert "verdict: pass" in out
    assert "never called: fake_destroy" in out


def test_a_finding_fails_the_night(night: Any) -> None:
    code, folder = night("double_free")
    assert code == 2
    verdict = json.loads((folder / "verdict.json").read_text())
    assert verdict["findings"][0].startswith("FFH-DOUBLE-FREE-")
    assert ElementTree.parse(folder / "junit.xml").getroot().get("failures") == "1"


@pytest.mark.parametrize(
    ("mode", "code", "verdict"), [("refuse", 1, "error"), ("no_stats", 3, "internal")]
)
def test_no_measurement_is_never_a_pass(night: Any, mode: str, code: int, verdict: str) -> None:
    exit_code, folder = night(mode)
    assert exit_code == code
    assert json.loads((folder / "verdict.json").read_text())["verdict"] == verdict
    assert ElementTree.parse(folder / "junit.xml").getroot().get("errors") == "1"


def test_no_targets_is_an_error(night: Any, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nightly, "_prepare", lambda _flavor: [])
    with pytest.raises(target.TargetError, match="no target is built"):
        night("quiet")


@pytest.mark.parametrize(
    ("arguments", "targets", "seconds"),
    [(["--quick"], 2, 40), (["--quick"], 20, 10), ([], 2, 600), (["--time-per-target", "7"], 9, 7)],
)
def test_budget(arguments: list[str], targets: int, seconds: int) -> None:
    parser = argparse.ArgumentParser()
    nightly.configure(parser)
    assert nightly.budget(parser.parse_args(arguments), targets) == seconds


def test_junit_escapes_what_a_target_prints() -> None:
    entry = nightly._failed_entry("t", "asan", 'a <b> & "c" \x00\x1b')
    ElementTree.fromstring(nightly.junit([entry]))
