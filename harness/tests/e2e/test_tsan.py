"""The ThreadSanitizer flavor: races between calls are found and replay with the same report; what the
library or the contract orders is not one."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from ffh_e2e import PROJECT, ffh, fuzz
from ffhlib import build, profile, replayer, target

FLAVOR = ("--flavor", "tsan")
# Two lanes add to one counter; a third uses a tape of its own in between.
RACE = """\
ffihammer plan 1 target={target}
schedule random seed=0x5 lanes=3 stickiness=1
B: h0 = counter_create()
C: h1 = tape_create(bytes=h"0102")
C: counter_add(self=h0, n=1)
A: tape_write(self=h1, bytes=h"030405")
B: tape_sum(self=h1)
A: counter_add(self=h0, n=2)
"""
# A serial handle goes from lane to lane, and is ended by one that never used it.
TURNS = """\
ffihammer plan 1 target={target}
schedule random seed=0x7 lanes=4 stickiness=1
A: h0 = tape_create(bytes=h"01")
B: tape_write(self=h0, bytes=h"0203")
C: tape_sum(self=h0)
D: tape_write(self=h0, bytes=h"")
A: tape_sum(self=h0)
C: tape_destroy(self=h0)
"""
# Each way to order threads, on three lanes at a time.
ORDERED = """\
ffihammer plan 1 target={target}
schedule random seed=0x9 lanes=3 stickiness=1
A: h0 = counter_create()
""" + "".join(
    f"{lane}: {call}\n"
    for call in (
        "counter_total(self=h0)",
        "counter_first_use()",
        "counter_once()",
        "counter_join(n=1)",
        "counter_condition(n=1)",
        "counter_semaphore(n=1)",
        "counter_barrier(n=1)",
        "counter_read_lock(self=h0)",
    )
    for lane in "ABC"
)


@pytest.fixture(scope="module")
def built() -> dict[str, target.Target]:
    names = ("racy", "racy-fixed", "pricing")
    build.prepare("tsan", again=True)  # it may be from before these targets
    done = ffh("build", *names, *FLAVOR, timeout=1200)
    assert done.code == 0, done.text
    return {name: target.load(name, "tsan") for name in names}


def compiled(owner: target.Target, text: str, folder: Path, seed: int | None = None) -> Path:
    """The plan as a file that the replay takes, with another seed for its schedule."""
    if seed is not None:
        text = re.sub(r"seed=0x[0-9a-f]+", f"seed={seed:#x}", text)
    source, binary = folder / "x.plan", folder / f"{owner.name}-{seed}.bin"
    source.write_text(text.replace("{target}", owner.name))
    env = profile.environment("tsan", PROJECT)
    code, output = replayer.capture(
        [str(owner.replay), "--compile", str(source), str(binary)], env, 60
    )
    assert code == 0, output
    return binary


def replay(owner: target.Target, binary: Path) -> replayer.Outcome:
    return replayer.replay(owner.replay, binary, profile.environment("tsan", PROJECT), timeout=60)


def without_addresses(report: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in report.items() if name != "waits"}


def same(outcome: replayer.Outcome) -> str:
    """What it printed, without what the system numbers anew for each process."""
    return re.sub(r"\b[pt]id=\d+", "", outcome.output)


def test_a_race_names_both_calls_and_replays(
    built: dict[str, target.Target], tmp_path: Path
) -> None:
    binary = compiled(built["racy"], RACE, tmp_path)
    first = replay(built["racy"], binary)
    assert (first.kind, first.rule) == (replayer.FINDING, "FFH-DATA-RACE"), first.output
    accesses = first.report["accesses"]
    assert {(a["lane"], a["call"], a["function"]) for a in accesses} == {
        ("C", 2, "counter_add"),
        ("A", 5, "counter_add"),
    }, accesses
    assert "write" in {a["access"] for a in accesses}
    assert first.sanitizer is not None
    threads = {s.thread for s in first.sanitizer.stacks if s.role in ("use", "earlier use")}
    assert threads == {"lane A", "lane C"}
    for _ in range(19):
        again = replay(built["racy"], binary)
        assert (again.signature, again.trace) == (first.signature, first.trace)
        assert without_addresses(again.report) == without_addresses(first.report)
        assert same(again) == same(first)


def test_every_schedule_shows_the_race(built: dict[str, target.Target], tmp_path: Path) -> None:
    """The calls need not overlap: nothing orders them, whoever comes first."""
    outcomes = [
        replay(built["racy"], compiled(built["racy"], RACE, tmp_path, seed)) for seed in range(8)
    ]
    assert {outcome.rule for outcome in outcomes} == {"FFH-DATA-RACE"}
    assert len({outcome.signature for outcome in outcomes}) == 1
    assert len({outcome.trace for outcome in outcomes}) > 1


@pytest.mark.parametrize(
    ("name", "plan"),
    [("racy-fixed", RACE), ("racy-fixed", ORDERED), ("racy", TURNS), ("racy", ORDERED)],
    ids=["fixed", "fixed-ordered", "turns", "ordered"],
)
def test_what_is_ordered_is_no_race(
    built: dict[str, target.Target], name: str, plan: str, tmp_path: Path
) -> None:
    for seed in range(8):
        outcome = replay(built[name], compiled(built[name], plan, tmp_path, seed))
        assert outcome.kind == replayer.NOTHING, outcome.output
        assert outcome.calls, outcome.output
        assert "not controlled" not in outcome.output


def test_the_seeds_of_a_sound_library_are_silent(
    built: dict[str, target.Target], tmp_path: Path
) -> None:
    seeds = sorted((PROJECT / "corpus" / "pricing" / "seeds").glob("*.plan"))
    assert seeds
    for seed in seeds:
        binary = compiled(built["pricing"], seed.read_text(encoding="utf-8"), tmp_path)
        outcome = replay(built["pricing"], binary)
        assert outcome.kind == replayer.NOTHING, outcome.output


def test_run_and_repro_know_the_flavor(built: dict[str, target.Target], tmp_path: Path) -> None:
    done, entry = fuzz("racy", 8, tmp_path / "racy", *FLAVOR)
    assert done.code == 2, done.text
    found = [f for f in entry["findings"] if f["rule"] == "FFH-DATA-RACE"]
    assert found and {f["rule"] for f in entry["findings"]} == {"FFH-DATA-RACE"}, entry
    folder = next((tmp_path / "racy").glob("runs/*/findings/FFH-DATA-RACE-*"))
    report = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    assert report["flavor"] == "tsan"
    assert report["reproduced"] == "3 of 3"
    assert len(report["accesses"]) == 2
    text = (folder / "report.txt").read_text(encoding="utf-8")
    assert "\nthe two accesses:\n" in text
    again = ffh("repro", folder, "--times", "5", *FLAVOR)
    assert again.code == 2, again.text
    assert "5 of 5" in again.text

    done, entry = fuzz("racy-fixed", 8, tmp_path / "fixed", *FLAVOR)
    assert done.code == 0, done.text
    assert not entry["findings"]
    assert entry["runs"] > 0
