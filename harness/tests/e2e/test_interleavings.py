"""What a person sees of a finding made by threads: the interleaving, the same trace in every process,
one name whichever lane runs into it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from ffh_e2e import PROJECT, ffh

PLANS = PROJECT / "harness" / "tests" / "rules" / "plans"
OF_THREADS = (
    "DEADLOCK",
    "DEADLOCK_threads",
    "LOST-WAKEUP",
    "SELF-DEADLOCK",
    "LIVELOCK",
    "LOCK-FREED",
    "UNLOCK-NOT-OWNER",
    "LOCK-HELD",
    "THREAD-LEFT",
)
SWAPPED = """\
ffihammer plan 1 target=rules
schedule fixed seed=0x0 lanes=3 granularity=sync
A: h0 = hall_create()
C: deadlock_bad(self=h0, reversed=true)
B: deadlock_bad(self=h0, reversed=false)
switch 6 C
"""


def finding(folder: Path, text: str) -> Path:
    """A finding's directory as `ffh run` writes it, without what only a run knows."""
    folder.mkdir(parents=True)
    (folder / "plan.txt").write_text(text)
    (folder / "report.json").write_text('{"target": "rules"}')
    return folder


def planted(folder: Path, rule: str) -> Path:
    return finding(folder / rule, (PLANS / f"FFH-{rule}_violates.plan").read_text())


def columns(out: str) -> list[str]:
    """The headings of the table, without a terminal."""
    heading = next(line for line in out.splitlines() if line.startswith("|point"))
    return [cell.strip() for cell in heading.strip("|").split("|")]


def test_a_deadlock_is_shown_in_two_columns(tmp_path: Path) -> None:
    done = ffh("show", planted(tmp_path, "DEADLOCK"))
    assert done.code == 0, done.text
    assert columns(done.out) == ["point", "lane A", "lane B"]
    for words in (
        "1 deadlock_bad(self=h0, reversed=false)",
        "2 deadlock_bad(self=h0, reversed=true)",
        "=> lane B goes on at lock_both threads.cpp:",
        "FFH-DEADLOCK: no thread can go on",
        "lane A waits in pthread_mutex_lock for object 1, which lane B holds, at lock_both threads.cpp",
        "lane B waits in pthread_mutex_lock for object 2, which lane A holds, at lock_both threads.cpp",
        "trace 0x",
    ):
        assert words in done.out, done.out
    assert "\x1b" not in done.out


def test_threads_of_the_library_have_columns_too(tmp_path: Path) -> None:
    done = ffh("show", planted(tmp_path, "DEADLOCK_threads"))
    assert columns(done.out) == ["point", "lane A", "thread T1", "thread T2"], done.text
    assert "thread T2, started by lane A, waits in pthread_mutex_lock" in done.out


def test_only_the_end_is_shown_and_all_on_request(tmp_path: Path) -> None:
    folder = planted(tmp_path, "DEADLOCK")
    end, whole = ffh("show", folder, "--rows", "2"), ffh("show", folder, "--all")
    assert "rows before these are left out" in end.out
    assert "hall_create" not in end.out
    assert "rows before these" not in whole.out
    assert "hall_create" in whole.out


def test_the_plan_of_a_finding_is_still_to_be_had(tmp_path: Path) -> None:
    done = ffh("show", planted(tmp_path, "DEADLOCK"), "--plan")
    assert (done.code, done.out.splitlines()[0]) == (0, "ffihammer plan 1 target=rules")


def test_a_finding_of_a_sanitizer_is_shown_with_both_ends(tmp_path: Path) -> None:
    done = ffh("show", planted(tmp_path, "DOUBLE-FREE"))
    assert done.code == 0, done.text
    assert re.search(r"^freed again by lane A: \w+ rules\.cpp:\d+", done.out, re.MULTILINE)
    assert re.search(r"^allocated by lane A: \w+ rules\.cpp:\d+", done.out, re.MULTILINE)


@pytest.mark.parametrize("rule", OF_THREADS)
def test_a_finding_of_threads_is_the_same_in_every_process(rule: str, tmp_path: Path) -> None:
    done = ffh("repro", planted(tmp_path, rule), "--times", "4", "--json")
    assert done.code == 2, done.text
    said = json.loads(done.out)
    assert [(row["rule"], row["count"]) for row in said["outcomes"]] == [
        (f"FFH-{rule.partition('_')[0]}", 4)
    ]
    assert re.fullmatch(r"0x[0-9a-f]+", said["outcomes"][0]["trace"])
    assert said["difference"] == ""


def test_the_lanes_are_no_part_of_a_findings_name(tmp_path: Path) -> None:
    names = []
    for number, text in enumerate([(PLANS / "FFH-DEADLOCK_violates.plan").read_text(), SWAPPED]):
        done = ffh("repro", finding(tmp_path / str(number), text), "--json")
        assert done.code == 2, done.text
        names.append(json.loads(done.out)["outcomes"][0]["outcome"])
    assert names[0] == names[1]
    assert names[0].startswith("FFH-DEADLOCK-lock_both-")
