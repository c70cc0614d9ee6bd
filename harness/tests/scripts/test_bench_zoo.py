"""`ffh bench zoo`: what it reads and concludes, and one short run of one entry."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ffhlib import bench_zoo, bench_zoo_tables, bench_zoo_tools, paths
from ffhlib.bench_pairs import BenchError
from ffhlib.bench_schedules_run import Ended

ZOO = paths.PROJECT / "targets" / "zoo"
HAND = paths.PROJECT / "harness" / "tests" / "bench" / "zoo"


def described(folder: Path) -> Path:
    """A zoo.json of three entries."""
    file = folder / "zoo.json"
    names = ("zoo-01-clone", "zoo-02-free", "zoo-27-count")
    file.write_text(
        json.dumps(
            [
                {"name": name, "twin": f"{name}-fixed", "language": "C", "rules": ["FFH-LEAK"]}
                for name in names
            ]
        )
    )
    return file


def test_entries_are_chosen_by_number_and_by_name(tmp_path: Path) -> None:
    file = described(tmp_path)
    assert [one.short for one in bench_zoo_tools.entries(file)] == [
        "01-clone",
        "02-free",
        "27-count",
    ]
    chosen = bench_zoo_tools.entries(file, ("27", "01-clone", "zoo-01-clone"))
    assert [one.name for one in chosen] == ["zoo-01-clone", "zoo-27-count"]
    assert chosen[0].binary("plain") == "bench-zoo-01-clone-hand"
    assert chosen[0].binary("tsan", twin=True) == "bench-zoo-01-clone-fixed-tsan"
    with pytest.raises(BenchError, match=r"no such entry of the zoo: 99"):
        bench_zoo_tools.entries(file, ("99",))


def test_a_signature_begins_with_the_longest_rule() -> None:
    assert bench_zoo_tools.rule_of("FFH-DOUBLE-FREE-series_destroy-1a2b3c4d") == "FFH-DOUBLE-FREE"
    assert bench_zoo_tools.rule_of("FFH-LEAK-settings_parse-1a2b3c4d") == "FFH-LEAK"
    assert bench_zoo_tools.rule_of("crash-1a2b3c4d") == ""


STACK = (
    "    #0 0x55 in f /src/file.c:3:5\n    #1 0x56 in LLVMFuzzerTestOneInput /src/hand.cpp:9:1\n"
)


@pytest.mark.parametrize(
    ("code", "output", "said"),
    [
        (0, "Done 100 runs in 2 second(s)\n", "nothing"),
        (None, "#1024 pulse\n", "hang without a report"),
        (1, f"==7==ERROR: AddressSanitizer: heap-use-after-free on address 0x60 at pc 0x5 bp 0x7\nREAD of size 8 at 0x60 thread T0\n{STACK}", "heap-use-after-free"),
        (1, f"==7==ERROR: AddressSanitizer: attempting double-free on 0x603 in thread T0:\n{STACK}", "double-free"),
        (1, f"==7==ERROR: AddressSanitizer: alloc-dealloc-mismatch (operator new [] vs free) on 0x602\n{STACK}", "alloc-dealloc-mismatch"),
        (1, f"==7==ERROR: AddressSanitizer: SEGV on unknown address 0x0000 (pc 0x5 bp 0x7 sp 0x7 T0)\n{STACK}", "SEGV"),
        (77, f"==7==ERROR: LeakSanitizer: detected memory leaks\n\nDirect leak of 2 byte(s) in 1 object(s) allocated from:\n{STACK}", "leak"),
        (1, f"/src/file.c:3:5: runtime error: signed integer overflow: 1 + 2\n{STACK}", "undefined behaviour"),
        (66, f"WARNING: ThreadSanitizer: data race (pid=7)\n  Write of size 4 at 0x7 by thread T1:\n{STACK}", "data race"),
        (70, f"ALARM: working on the last Unit for 6 seconds\n==7== ERROR: libFuzzer: timeout after 6 seconds\n{STACK}", "timeout"),
        (77, f"thread '<unnamed>' (7) panicked at src/lib.rs:17:9:\nindex out of bounds\n==7== ERROR: libFuzzer: deadly signal\n    #0 0x5 in rust_panic file.rs:1:1\n{STACK}", "panic"),
        (77, f"terminate called after throwing an instance of 'std::out_of_range'\n==7== ERROR: libFuzzer: deadly signal\n{STACK}", "uncaught exception"),
        (77, f"==7== ERROR: libFuzzer: deadly signal\n{STACK}", "deadly signal"),
        (71, f"==7== ERROR: libFuzzer: out-of-memory (used: 2600Mb; limit: 2560Mb)\n{STACK}", "out-of-memory"),
        (-9, "", "signal 9"),
        (3, "", "exit 3"),
    ],
)  # fmt: skip
def test_what_a_libfuzzer_process_said(code: int | None, output: str, said: str) -> None:
    assert bench_zoo_tools.classify(Ended(code, output, 1.0, 1.0)) == said


def test_sanitizers_have_an_engineers_options() -> None:
    env = bench_zoo_tools.environment(
        {"ASAN_OPTIONS": "exitcode=2", "TSAN_OPTIONS": "", "HOME": "h"}
    )
    assert "ASAN_OPTIONS" not in env and env["HOME"] == "h"
    assert env["TSAN_OPTIONS"].startswith("halt_on_error=1:suppressions=")


def row(found: bool, seconds: float | None = None, same: int = 3, **more: Any) -> dict[str, Any]:
    replay = {"times": 3, "same": same, "outcomes": {}} if found else None
    what = "FFH-LEAK" if found else "nothing"
    return {
        "found": found, "what": what, "rule": what if found else "", "seconds": seconds, "replay": replay,
        "others": [], "unsteady": [], **more,
    }  # fmt: skip


def entry(twin: dict[str, Any] | None = None, **tools: dict[str, Any]) -> dict[str, Any]:
    return {"language": "C", "rules": ["FFH-LEAK"], "tools": tools, "twin": twin}


def test_totals_count_what_was_measured() -> None:
    rows = {
        "01": entry(ffihammer=row(True, 1.0), plain=row(True, 4.0, same=2)),
        "02": entry(ffihammer=row(True, 3.0), plain=row(False)),
        "03": entry(ffihammer=row(False), plain=row(False) | {"what": "false: data race"}),
        "04": entry(),
    }
    ours, plain = bench_zoo_tables.totals(rows)
    assert (ours["found"], ours["measured"], ours["every_replay"]) == (2, 3, 2)
    assert ours["median_seconds"] == 3.0 and ours["longest_seconds"] == 3.0
    assert (plain["found"], plain["measured"], plain["every_replay"], plain["false"]) == (
        1,
        3,
        0,
        1,
    )
    assert bench_zoo_tables.only_ours(rows, "plain") == ["02"]
    assert bench_zoo_tables.twins(rows) is None


def test_twins_are_silent_or_named() -> None:
    silent = {"silent": True, "budget": 300, "said": [], "seconds": 300.0, "outcome": "pass"}
    loud = silent | {"silent": False, "budget": 60, "said": ["FFH-LEAK-f-1"]}
    rows = {"01": entry(twin=silent), "02": entry(twin=loud)}
    told = bench_zoo_tables.twins(rows)
    assert told == {"measured": 2, "silent": 1, "shortest_budget": 60, "not_silent": ["02"]}
    assert bench_zoo_tables.cells("02", rows["02"])[0][4] == "NOT silent: FFH-LEAK-f-1"


def test_every_way_to_lose_is_listed() -> None:
    wrong = row(False) | {"what": "FFH-ABORT", "rule": "FFH-ABORT"}
    rows = {
        "01": entry(ffihammer=row(True, 1.0), plain=row(True, 0.5)),  # within what counts as equal
        "02": entry(ffihammer=row(False), plain=row(True, 2.0)),
        "03": entry(ffihammer=wrong),
        "04": entry(ffihammer=row(True, 9.0), plain=row(True, 2.0), tsan=row(False)),
        "05": entry(ffihammer=row(True, 1.0, same=2)),
        "06": entry(ffihammer=row(True, 1.0, others=["FFH-SEGV"], unsteady=["event 7"])),
        "07": entry(plain=row(True, 1.0)),
    }
    assert bench_zoo_tables.losses(rows) == [
        "02: nothing; plain says FFH-LEAK",
        "03: only FFH-ABORT",
        "04: 9.0 s; faster: plain (2.0 s)",
        "05: replays 2 of 3",
        "06: also found FFH-SEGV, which is not expected",
        "06: 1 inputs do not replay",
    ]
    assert bench_zoo_tables.cells("03", rows["03"])[0][4] == "FFH-ABORT (not expected)"


def test_the_table_of_the_documentation() -> None:
    twin = {"silent": True, "budget": 300, "said": [], "seconds": 300.0, "outcome": "pass"}
    rows = {
        "01": entry(ffihammer=row(True, 1.04), plain=row(False), twin=twin),
        "02": entry(tsan=row(False) | {"what": "false: data race"}),
    }
    assert bench_zoo_tables.markdown(rows)[2:] == [
        "| 01 | C | FFH-LEAK, 1.0 s, 3/3 | nothing |  |  | silent, 300 s |",
        "| 02 | C |  |  |  | false: data race |  |",
    ]


def arguments(**changed: Any) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    bench_zoo.configure(parser)
    args = parser.parse_args([])
    for name, value in changed.items():
        setattr(args, name, value)
    return args


def test_what_was_measured_with_the_same_effort_is_kept(tmp_path: Path) -> None:
    every = bench_zoo_tools.entries(described(tmp_path))
    file = tmp_path / "bench-zoo.json"
    first = bench_zoo.Bench(file, 60, arguments(), every)
    same = {"commit": first.document["commit"], "budget": 60, "seed": 1}
    tools = {
        "ffihammer": row(True, 1.0)
        | same
        | {"replay": {"times": 100, "same": 100, "outcomes": {}}},
        "plain": row(False) | same,
        "threads": row(False) | same | {"commit": "another"},
        "tsan": row(False) | same | {"budget": 20},
    }
    file.write_text(
        json.dumps({"schema": 1, "entries": {"01-clone": {"tools": tools, "twin": None}}})
    )
    bench = bench_zoo.Bench(file, 60, arguments(), every)
    clone, free, _ = every
    assert [bench.kept(clone, tool) for tool in (*bench_zoo_tools.TOOLS, "twin")] == [
        True, True, False, False, False,
    ]  # fmt: skip
    assert not bench.kept(free, "plain")
    assert not bench_zoo.Bench(file, 60, arguments(again=True), every).kept(clone, "plain")
    assert not bench_zoo.Bench(file, 60, arguments(replays=5), every).kept(clone, "ffihammer")


def test_a_file_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    file = tmp_path / "bench-zoo.json"
    assert bench_zoo.load(file) == {}
    file.write_text("{")
    with pytest.raises(BenchError, match="remove it to begin anew"):
        bench_zoo.load(file)


def test_tools_are_named_or_none() -> None:
    parser = argparse.ArgumentParser(exit_on_error=False)
    bench_zoo.configure(parser)
    assert parser.parse_args([]).tools == bench_zoo_tools.TOOLS
    assert parser.parse_args(["--tools", "none"]).tools == ()
    assert parser.parse_args(["--tools", "tsan,plain"]).tools == ("tsan", "plain")
    with pytest.raises(argparse.ArgumentError, match="the tools are ffihammer"):
        parser.parse_args(["--tools", "valgrind"])


def test_every_entry_has_a_hand_written_target() -> None:
    entries = sorted(file.parent.name for file in ZOO.glob("*/CMakeLists.txt"))
    assert set(entries) <= {file.stem for file in HAND.glob("*.cpp")}


@pytest.mark.slow
def test_a_run_of_one_entry(ffh: Callable[..., Any], tmp_results: Path) -> None:
    done = ffh(
        "bench", "zoo", "--entries", "03", "--tools", "ffihammer,plain", "--budget", "20",
        "--replays", "3", "--twins", "2", "--json", "--results", tmp_results,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    measured = document["entries"]["03-array-free"]
    ours, plain = measured["tools"]["ffihammer"], measured["tools"]["plain"]
    assert ours["found"] and ours["rule"] == "FFH-FREE-MISMATCH" and ours["replay"]["same"] == 3
    assert plain["found"] and plain["what"] == "alloc-dealloc-mismatch"
    assert plain["replay"]["same"] == 3 and plain["twin"] == {"nothing": 3}
    assert measured["twin"]["silent"] and measured["twin"]["runs"] > 0
    assert (
        json.loads((tmp_results / "bench-zoo.json").read_text())["entries"] == document["entries"]
    )
