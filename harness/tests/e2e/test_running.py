"""The whole chain on real libraries: fuzz, find, keep, replay."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import time
from pathlib import Path

import pytest
from ffh_e2e import FFH, PROJECT, environment, ffh, fuzz


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The finding of the double free planted in pricing."""
    results = tmp_path_factory.mktemp("planted")
    done, entry = fuzz("pricing-planted", 30, results, "--seed", "1")
    assert done.code == 2, done.text
    found = [f for f in entry["findings"] if f["rule"] == "FFH-DOUBLE-FREE"]
    assert found, entry["findings"]
    return Path(found[0]["path"])


def test_the_planted_double_free_is_reported_in_full(planted: Path) -> None:
    report = json.loads((planted / "report.json").read_text())
    assert report["reproduced"] == "3 of 3"
    assert {"second free", "free", "allocation"} <= {stack["role"] for stack in report["stacks"]}
    contract, line = report["contract"].rsplit(":", 1)
    declared = (PROJECT / contract).read_text().splitlines()[int(line) - 1 : int(line) + 3]
    assert report["function"] in " ".join(declared)
    text = (planted / "report.txt").read_text()
    for words in (
        "FFH-DOUBLE-FREE",
        "freed again",
        "freed by",
        "plan, with the number of each call:",
        "scripts/ffh repro",
        report["contract"],
    ):
        assert words in text
    assert (planted / "plan.txt").read_text().startswith("ffihammer plan 1 target=pricing-planted")


def test_the_planted_double_free_replays_20_of_20(planted: Path) -> None:
    done = ffh("repro", planted, "--times", "20")
    assert done.code == 2, done.text
    assert f"{planted.name}  20 of 20" in done.out
    assert "reproduces every time" in done.out


def test_the_text_of_a_finding_replays_like_its_input(planted: Path) -> None:
    done = ffh("repro", planted / "plan.txt", "--times", "2", "--json")
    assert done.code == 2, done.text
    outcomes = json.loads(done.out)["outcomes"]
    assert [(row["outcome"], row["count"]) for row in outcomes] == [(planted.name, 2)]


def test_repro_sh_works_from_anywhere(planted: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [str(planted / "repro.sh")],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**environment(), "FFH_PROJECT": str(PROJECT)},
    )
    assert done.returncode == 2, done.stdout + done.stderr


@pytest.mark.parametrize("target", ["pricing", "leveldb"])
def test_a_correct_library_has_no_findings(target: str, tmp_path: Path) -> None:
    done, entry = fuzz(target, 8, tmp_path)
    assert done.code == 0, done.text
    assert (entry["outcome"], entry["interrupted"]) == ("pass", False)
    assert entry["runs"] > 0
    assert entry["coverage"]["functions_reached"] > 0
    assert (PROJECT / ".cache" / "corpus" / target).is_dir()


def test_the_defect_of_leveldb_replays_and_its_repair_is_silent(tmp_path: Path) -> None:
    found = PROJECT / "targets" / "leveldb" / "found" / "compact-range-null.plan"
    done = ffh("repro", found, "--times", "5")
    assert done.code == 2, done.text
    assert "FFH-NULL-DEREF" in done.out
    assert "5 of 5" in done.out
    assert "db_impl.cc" in done.out
    repaired = tmp_path / "repaired.plan"
    repaired.write_text(found.read_text().replace("target=leveldb-unpatched", "target=leveldb"))
    done = ffh("repro", repaired, "--times", "2")
    assert done.code == 0, done.text


def test_ctrl_c_keeps_corpus_and_results(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [str(FFH), "run", "pricing", "--time", "300", "--results", str(tmp_path)],
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    time.sleep(6)
    begin = time.monotonic()
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0, out + err
    assert time.monotonic() - begin < 20
    assert "pricing: " in out
    assert "Traceback" not in err
    assert re.search(r"^interrupted after \d+ of 300 s: ", out, re.MULTILINE)
    run = json.loads((tmp_path / "latest" / "run.json").read_text())
    assert (run["outcome"], run["interrupted"]) == ("interrupted", True)
    entry = run["targets"][0]
    assert entry["outcome"] == "interrupted"
    assert entry["runs"] > 0
    assert entry["corpus"]["files"] > 0


def test_a_finding_is_told_when_it_is_found(tmp_path: Path) -> None:
    done = ffh("run", "pricing-planted", "--time", "30", "--seed", "1", "--results", tmp_path)
    assert done.code == 2, done.text
    told = re.findall(r"^FINDING (FFH-DOUBLE-FREE-\S+) after \d+ s$", done.err, re.MULTILINE)
    assert len(told) == len(set(told)) >= 1


def test_the_line_names_what_a_run_reaches(tmp_path: Path) -> None:
    done = ffh("run", "pricing", "--time", "7", "--results", tmp_path)
    assert done.code == 0, done.text
    line = next(line for line in done.err.splitlines() if line.startswith("pricing  "))
    for words in ("runs", "runs/s", "cov", "functions", "error paths", "findings 0"):
        assert words in line


@pytest.mark.slow
def test_nightly_writes_a_verdict(tmp_path: Path) -> None:
    done = ffh(
        "nightly",
        "--quick",
        "--no-install",
        "--time-per-target",
        "4",
        "--results",
        tmp_path,
        timeout=900,
    )
    assert done.code == 0, done.text
    folder = tmp_path / "latest"
    verdict = json.loads((folder / "verdict.json").read_text())
    assert verdict["verdict"] == "pass"
    assert set(verdict["targets"]) >= {"leveldb", "pricing"}
    assert not any("planted" in name or "misbehave" in name for name in verdict["targets"])
    for name in (
        "run.json",
        "junit.xml",
        "summary.md",
        "targets/leveldb-asan/series.csv",
        "targets/leveldb-asan/corpus.json",
    ):
        assert (folder / name).is_file(), name
    assert "verdict: pass" in done.out
