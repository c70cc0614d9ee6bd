"""Results: whole files or none, and nothing lost when the disk is full."""

from __future__ import annotations

import errno
import json
import os
import struct
import tempfile
from pathlib import Path
from typing import Any

import pytest
from ffhlib import bench_pairs as bench
from ffhlib import corpus, results, stats, status
from ffhlib.results import Results, ResultsError, safe_name, write_atomic


def fill_disk_under(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    real = os.fdopen

    def full(handle: int, *arguments: Any, **keywords: Any) -> Any:
        path = os.readlink(f"/proc/self/fd/{handle}")
        if path.startswith(str(folder)):
            os.close(handle)
            raise OSError(errno.ENOSPC, "No space left on device")
        return real(handle, *arguments, **keywords)

    monkeypatch.setattr(results.os, "fdopen", full)


def test_write_atomic_leaves_the_old_file_when_it_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "file"
    write_atomic(path, b"old")
    fill_disk_under(monkeypatch, tmp_path)
    with pytest.raises(OSError, match="No space"):
        write_atomic(path, b"new")
    assert path.read_bytes() == b"old"
    assert [item.name for item in tmp_path.iterdir()] == ["file"]


def test_a_full_disk_moves_the_rest_to_a_temporary_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "results"
    run = Results(root, "run", "abc")
    run.write("findings/one/input", b"kept")
    fill_disk_under(monkeypatch, root)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    where = run.write("findings/two/input", b"saved")
    assert where.read_bytes() == b"saved"
    assert not where.is_relative_to(root)
    assert (run.path / "findings/one/input").read_bytes() == b"kept"
    assert "No space left on device" in run.problem
    assert str(run.where) in run.problem


def test_an_unwritable_directory_is_said_at_once(tmp_path: Path) -> None:
    (tmp_path / "runs").write_text("a file, not a directory")
    with pytest.raises(ResultsError, match=r"cannot write results under .*--results DIR"):
        Results(tmp_path, "run", "abc")


def test_two_runs_in_one_second_have_two_directories(tmp_path: Path) -> None:
    assert Results(tmp_path, "run", "abc").path != Results(tmp_path, "run", "abc").path


def test_latest_and_history(tmp_path: Path) -> None:
    run = Results(tmp_path, "nightly", "abc")
    run.append_history({"target": "a", "runs": 1})
    run.append_history({"target": "b", "runs": 2})
    run.publish()
    assert (tmp_path / "history.csv").read_text() == "target,runs\na,1\nb,2\n"
    assert (tmp_path / "latest").resolve() == run.path.resolve()


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../etc/passwd", "_.._etc_passwd"),
        ("a b;rm -rf", "a_b_rm_-rf"),
        ("", "unnamed"),
        ("\n", "_"),
        ("FFH-UB-f-1", "FFH-UB-f-1"),
    ],
)
def test_safe_name(name: str, safe: str) -> None:
    assert safe_name(name) == safe


# ---- statistics


def page(functions: list[tuple[int, ...]], runs: int = 10) -> bytes:
    data = struct.pack("<8sIIQQQQQQ", b"FFHSTAT1", len(functions), 64, runs, 20, 3, 4, 0, 2)
    data = data.ljust(128, b"\0")
    for record in functions:
        data += struct.pack("<QQQQQIIQQ", *record)
    return data


MODEL = {
    "functions": [
        {
            "name": "f",
            "line": 1,
            "flags": [],
            "error": "status",
            "failures": [1, 2],
            "rejects": [{"form": "null", "status": 1}],
            "excluded": None,
        },
        {
            "name": "g",
            "line": 2,
            "flags": [],
            "error": "out",
            "failures": [],
            "rejects": [],
            "excluded": None,
        },
        {
            "name": "h",
            "line": 3,
            "flags": ["excluded"],
            "error": "null",
            "failures": [],
            "rejects": [],
            "excluded": "needs a terminal",
        },
    ]
}


def test_inner_functions_are_counted_apart() -> None:
    inner = {"error": "none", "failures": [], "rejects": [], "excluded": None}
    model = {
        "functions": [
            {"name": "engine_use", "line": 1, "flags": ["legacy"], **inner},
            {"name": "engine_end", "line": 2, "flags": ["legacy"], **inner},
        ]
    }
    cover = stats.coverage(model, stats.parse(page([(7,) + (0,) * 8, (0,) * 9])))
    assert (cover.functions, cover.inner) == ([], {"engine_use": 7, "engine_end": 0})
    assert cover.as_dict()["inner_not_covered"] == ["engine_end"]
    assert status.inner_lines(cover.as_dict()) == [
        "  inner edge checked   1 of 2 functions, 7 calls",
        "  not covered: engine_end",
    ]
    assert status.inner_lines(stats.coverage(MODEL, stats.Stats()).as_dict()) == []


def test_coverage_counts_what_the_contract_names() -> None:
    seen = stats.parse(page([(5, 3, 2, 0, 1, 2, 2, 0b10, 0), (0,) * 9, (0,) * 9]))
    cover = stats.coverage(MODEL, seen)
    assert (cover.functions, cover.unreached) == (["f", "g"], ["g"])
    assert [(path.what, path.reached) for path in cover.error_paths] == [
        ("status 1", False),
        ("status 2", True),
        ("null", True),
        ("an error message", False),
    ]


def test_a_status_that_no_word_names_is_told_as_such() -> None:
    def missed(**changes: Any) -> list[bool]:
        model = {"functions": [{**MODEL["functions"][0], **changes}]}
        cover = stats.coverage(model, stats.parse(page([(5, 5) + (0,) * 7])))
        return [path.promised for path in cover.error_paths if path.what.startswith("status")]

    assert missed() == [True, False]
    assert missed(rejects=[{"form": "null", "status": None}]) == [True, True]
    assert missed(rejects=[]) == [False, False]
    assert missed(rejects=[], flags=["alloc_failure"]) == [True, True]
    paths = [
        {"function": "f", "kind": "failure", "what": "status 2", "reached": False, **more}
        for more in ({}, {"promised": True}, {"promised": False})
    ]
    assert status.missed_lines(paths) == [
        "  error path never reached: f: status 2, status 2, status 2 (no FFH_REJECTS names it)"
    ]


def test_an_allocation_that_fails_is_an_error_path() -> None:
    model = {"functions": [{"name": "f", "line": 1, "flags": ["alloc_failure"], "error": "none"}]}
    for calls, reached in ((0, False), (3, True)):
        cover = stats.coverage(model, stats.parse(page([(5, 5, 0, 0, 0, 0, 0, 0, calls)])))
        assert [(path.what, path.reached) for path in cover.error_paths] == [
            ("an allocation that fails", reached)
        ]


def test_pages_add_up() -> None:
    total = stats.Stats()
    one = stats.parse(page([(1, 1, 0, 0, 0, 2, 0, 1, 0)]))
    total.add(one)
    total.add(stats.parse(page([(2, 0, 2, 0, 0, 0, 4, 2, 0)])))
    assert (total.runs, total.functions[0].calls) == (20, 3)
    assert (total.functions[0].forms_sent, total.functions[0].forms_refused) == (2, 4)
    assert total.functions[0].failure_mask == 3
    assert total.failed_allocations == 4


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"x" * 200, "must begin with FFHSTAT1"),
        (page([(0,) * 9])[:150], "ends after 150 bytes"),
        (page([]).replace(struct.pack("<I", 64), struct.pack("<I", 65), 1), "records of 65 bytes"),
    ],
)
def test_bad_pages(data: bytes, words: str) -> None:
    with pytest.raises(stats.StatsError, match=words):
        stats.parse(data)


def test_a_model_of_another_build_is_refused() -> None:
    with pytest.raises(stats.StatsError, match="counts 1 functions and its model 3"):
        stats.coverage(MODEL, stats.parse(page([(0,) * 9])))


def test_a_page_that_is_not_there_yet(tmp_path: Path) -> None:
    assert stats.read(tmp_path / "none") is None
    (tmp_path / "new").write_bytes(b"\0" * 4096)
    assert stats.read(tmp_path / "new") is None


@pytest.mark.parametrize(
    ("number", "text"),
    [(0, "0"), (9999, "9999"), (12345, "12.3k"), (250000, "250k"), (1.5e6, "1.5M"), (2e9, "2.0G")],
)
def test_count(number: float, text: str) -> None:
    assert status.count(number) == text


# ---- corpus files


def test_inspect_recognises_files() -> None:
    assert corpus.inspect(b"").format == "empty"
    text = corpus.inspect(b"ffihammer plan 1 target=pricing\nA: f()\n")
    assert (text.format, text.target, text.version) == ("text", "pricing", "1")
    number = corpus.target_id("pricing").to_bytes(4, "little")
    binary = corpus.inspect(b"FFH\x01" + number + b"rest")
    assert (binary.format, binary.target_id) == ("binary", corpus.target_id("pricing"))
    assert corpus.inspect(b"FFH\x02" + number).version == "2"
    assert corpus.inspect(b"\x00\x01").format == "raw"


def test_target_id_is_fnv_1a() -> None:
    assert corpus.target_id("") == 0x811C9DC5
    assert corpus.target_id("a") == 0xE40C292C
    assert corpus.target_id("foobar") == 0xBF9CF968


def test_too_large_and_missing_files(tmp_path: Path) -> None:
    big = tmp_path / "big"
    with big.open("wb") as file:
        file.truncate(100 << 20)
    with pytest.raises(corpus.CorpusError, match="104857600 bytes; an input has at most 1048576"):
        corpus.load(big)
    with pytest.raises(corpus.CorpusError, match=r"cannot read .*No such file"):
        corpus.load(tmp_path / "none")


def test_a_cut_off_corpus_file_is_dropped(tmp_path: Path) -> None:
    kept = corpus.Corpus(tmp_path, "t", tmp_path / "build", tmp_path / "replay", {})
    kept.growing.mkdir(parents=True)
    whole = kept.growing / "a9993e364706816aba3e25717850c26c9cd0d89d"
    whole.write_bytes(b"abc")
    (kept.growing / ("0" * 40)).write_bytes(b"cut")
    kept.prepare()
    assert [path.name for path in kept.growing.iterdir()] == [whole.name]
    assert kept.set_aside(b"abc", tmp_path / "seeds")
    assert (kept.crashes / whole.name).read_bytes() == b"abc"


# ---- bench


def test_bench_alternates_and_takes_the_median(tmp_path: Path) -> None:
    log = tmp_path / "log"

    def side(name: str, calls: int) -> tuple[str, list[str]]:
        return name, [
            "sh",
            "-c",
            f'echo {name} >> "$1"; echo calls {calls} seconds 2.0 peak_kib 9',
            "sh",
            str(log),
        ]

    result = bench.compare("speed", side("a", 300), side("b", 200), wanted=1.4)
    assert log.read_text().split() == ["a", "b", "b", "a", "a", "b", "b", "a", "a", "b"]
    assert result["ratio"] == {"min": 1.5, "median": 1.5, "max": 1.5}
    assert result["reached"] is True
    assert "median 1.50" in bench.text(result)
    json.dumps(result)


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("echo fast", "printed no line"),
        ("exit 3", "exit code 3"),
        ("echo calls 0 seconds 1 peak_kib 1", "measured nothing"),
    ],
)
def test_a_missing_measurement_is_an_error(script: str, words: str) -> None:
    with pytest.raises(bench.BenchError, match=words):
        bench.measure("a", ["sh", "-c", script], 10)


def test_fewer_than_five_pairs_are_refused() -> None:
    with pytest.raises(bench.BenchError, match="at least 5"):
        bench.compare("x", ("a", ["true"]), ("b", ["true"]), pairs=4)
