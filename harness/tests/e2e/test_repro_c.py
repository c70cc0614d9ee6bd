"""repro.c: it compiles without a warning and shows what the replay showed."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from ffh_e2e import PROJECT, environment, fuzz

sys.path.insert(0, str(PROJECT / "scripts"))

from ffhlib import repro_c

BUILD = PROJECT / "build" / "asan"
PLANS = PROJECT / "harness" / "tests" / "rules" / "plans"


def compile_and_run(target: str, source: Path) -> tuple[int, str]:
    info = json.loads((BUILD / "targets" / target / "target.json").read_text())
    failing = "__wrap_" in source.read_text()
    for command in repro_c.build_command(info, source.name, failing=failing):
        strict = " -Wall -Werror" if f"-c {source.name}" in command else ""
        done = subprocess.run(
            command + strict,
            shell=True,
            cwd=source.parent,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, f"{command}\n{done.stderr}"
    done = subprocess.run(
        ["./repro"],
        cwd=source.parent,
        env={**os.environ, "ASAN_OPTIONS": "detect_leaks=1"},
        capture_output=True,
        text=True,
        errors="replace",
        timeout=60,
        check=False,
    )
    return done.returncode, done.stderr


def program(target: str, plan: Path, folder: Path) -> tuple[str, dict[str, Any]]:
    """repro.c of a plan file, after one replay, and the replay's report."""
    replay, report, file = BUILD / "bin" / f"{target}-replay", folder / "report.json", plan
    if plan.suffix == ".plan":
        file = folder / "input"
        subprocess.run([replay, "--compile", plan, file], check=True, timeout=60)
    subprocess.run(
        [replay, "--report", report, file],
        env=environment(),
        capture_output=True,
        timeout=60,
        check=False,
    )
    text = report.read_text(errors="replace") if report.exists() else ""
    found = json.loads(text) if text else {}
    shown = subprocess.run(
        [replay, "--show", file], capture_output=True, text=True, timeout=60, check=True
    ).stdout
    folder_of = BUILD / "targets" / target
    source = repro_c.generate(
        shown,
        found,
        json.loads((folder_of / "model.json").read_text()),
        json.loads((folder_of / "target.json").read_text()),
    )
    (folder / "repro.c").write_text(source)
    return source, found


@pytest.mark.parametrize(
    ("rule", "shows"),
    [
        ("USE-AFTER-FREE", "heap-use-after-free"),
        ("LEAK", "LeakSanitizer: detected memory leaks"),
        ("ARG-BOUNDS", "heap-buffer-overflow"),
        ("BORROW-KEPT", "heap-use-after-free"),
        ("DOUBLE-FREE", "double-free"),
    ],
)
def test_the_program_shows_the_sanitizers_error(rule: str, shows: str, tmp_path: Path) -> None:
    source, found = program("rules", PLANS / f"FFH-{rule}_violates.plan", tmp_path)
    assert found["order"]
    assert "incomplete" not in source
    code, errors = compile_and_run("rules", tmp_path / "repro.c")
    assert code != 0
    assert shows in errors


@pytest.mark.parametrize("variant", ["length", "length_left"])
def test_memory_goes_back_with_its_length(variant: str, tmp_path: Path) -> None:
    """In a call of the plan, and at its end."""
    source, found = program("rules", PLANS / f"FFH-FREE-LAYOUT_{variant}_violates.plan", tmp_path)
    assert found["rule"] == "FFH-FREE-LAYOUT"
    assert "incomplete" not in source
    assert "h0_bytes = number_at(s1, 8) * 1;" in source
    assert "bytes_free(h0, h0_bytes);" in source
    # Rust's allocator does not look at the length, and its own check of it is FFH-FREE-LAYOUT's.
    assert compile_and_run("rules", tmp_path / "repro.c") == (0, "")


def test_each_unit_of_a_length_is_kept(tmp_path: Path) -> None:
    source, _ = program("rules", PLANS / "FFH-FREE-LAYOUT_length_ok.plan", tmp_path)
    assert "is left out" not in source
    assert "bytes_free(NULL, 0);" in source
    assert "numbers_free(h4_bytes, h4);" in source
    assert "numbers_adopt(h5, h5_length);" in source
    assert re.search(r"h4_bytes = number_at\(s\d, 4\) \* 4;", source)
    assert compile_and_run("rules", tmp_path / "repro.c")[0] == 0


@pytest.mark.parametrize("name", ["B", "Z", "AA", "BL"])
def test_each_lane_is_a_thread(name: str, tmp_path: Path) -> None:
    text = (PLANS / "FFH-USE-AFTER-FREE_violates.plan").read_text()
    text = re.sub(r"^(switch \d+ )?B\b", rf"\g<1>{name}", text, flags=re.M)
    plan = tmp_path / "violates.plan"
    plan.write_text(re.sub(r"lanes=\d+", "lanes=64", text))
    source, _ = program("rules", plan, tmp_path)
    assert f'#define LANES "A", "{name}"\n' in source
    code, errors = compile_and_run("rules", tmp_path / "repro.c")
    assert code != 0
    assert "by thread T1" in errors or "thread T1" in errors


@pytest.mark.parametrize(
    ("call", "shows"),
    [
        ("c_leak_{}(out=out h0) fail=2", "LeakSanitizer"),
        ("c_crash_{}(size=8) fail=1", "null pointer"),
        ("cxx_leak_{}(size=8) fail=2", "LeakSanitizer"),
        ("cxx_unwind_{}(size=8) fail=1", "bad_alloc"),
        ("rust_leak_{}(size=8) fail=2", "LeakSanitizer"),
        ("rust_abort_{}(size=8) fail=1", "memory allocation of"),
    ],
)
def test_an_allocation_fails_there_too(call: str, shows: str, tmp_path: Path) -> None:
    plan = tmp_path / "fails.plan"
    for kind, expected in (("bad", shows), ("good", "")):
        settings = "seed=0x1 lanes=1 stickiness=1"
        plan.write_text(
            f"ffihammer plan 1 target=failing\nschedule random {settings}\nA: {call.format(kind)}\n"
        )
        source, _ = program("failing", plan, tmp_path)
        assert "incomplete: the order" in source or "incomplete" not in source
        code, errors = compile_and_run("failing", tmp_path / "repro.c")
        assert (code != 0) == bool(expected), errors
        assert expected in errors


def test_a_status_is_not_visible_without_ffihammer(tmp_path: Path) -> None:
    program("rules", PLANS / "FFH-STATUS_violates.plan", tmp_path)
    source = (tmp_path / "repro.c").read_text()
    assert "status_bad(9)" in source
    assert compile_and_run("rules", tmp_path / "repro.c") == (0, "")


@pytest.mark.parametrize(
    ("target", "seed"), [("leveldb", "four-lanes"), ("pricing", "malformed-rules")]
)
def test_the_calls_of_a_seed(target: str, seed: str, tmp_path: Path) -> None:
    plan = PROJECT / "corpus" / target / "seeds" / f"{seed}.plan"
    source, _ = program(target, plan, tmp_path)
    assert "the order of the run is not known" in source  # nothing was found: no report
    assert "is left out" not in source
    assert compile_and_run(target, tmp_path / "repro.c")[0] == 0


def test_a_finding_has_a_program(tmp_path: Path) -> None:
    done, _ = fuzz("pricing-planted", 10, tmp_path / "results")
    assert done.code == 2, done.text
    finding = next(iter((tmp_path / "results").glob("runs/*/findings/FFH-DOUBLE-FREE-*")))
    assert "incomplete" not in (finding / "repro.c").read_text()
    code, errors = compile_and_run("pricing-planted", finding / "repro.c")
    assert code != 0
    assert "attempting double-free" in errors
