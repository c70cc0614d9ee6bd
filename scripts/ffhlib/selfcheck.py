"""Self-checks of the sanitizers: each must find the planted bug of sanitizers/selfcheck/NAME.c, and say
nothing about its fixed twin."""

from __future__ import annotations

import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from . import paths, procs, profile, target

COMPILER = "clang-19"
FOUND_CODE = 23  # what a sanitizer is told to exit with; no check returns it on its own
TIMEOUT = 120


@dataclass(frozen=True)
class Check:
    """pattern is what the report must hold; code is how a process with a finding ends."""

    name: str
    flags: tuple[str, ...]
    pattern: str
    arguments: tuple[str, ...] = ()


CHECKS = (
    Check("asan", ("-fsanitize=address",), "AddressSanitizer: heap-use-after-free"),
    Check(
        "ubsan",
        ("-fsanitize=undefined", "-fno-sanitize-recover=undefined"),
        "runtime error: signed integer overflow",
    ),
    Check("lsan", ("-fsanitize=address",), "LeakSanitizer: detected memory leaks"),
    Check("tsan", ("-fsanitize=thread",), "ThreadSanitizer: data race"),
    Check(
        "libfuzzer",
        ("-fsanitize=fuzzer,address",),
        "AddressSanitizer: heap-buffer-overflow",
        (
            "-runs=2000000",
            "-seed=1",
            "-max_len=8",
            "-timeout=20",
            "-max_total_time=60",
            f"-error_exitcode={FOUND_CODE}",
        ),
    ),
)


@dataclass(frozen=True)
class Outcome:
    name: str
    passed: bool
    detail: str


def run_all() -> list[Outcome]:
    with tempfile.TemporaryDirectory(prefix="ffh-selfcheck-") as folder:
        return [run(check, Path(folder)) for check in CHECKS]


def checkers() -> Outcome:
    """ffihammer's own checkers, in a target that is built: each process tries them all before its first
    input, and this one does nothing else."""
    # What is meant to misbehave may not even start.
    names = sorted(target.names(), key=lambda name: target.describe(name).planted)
    built = next((name for name in names if _is_built(name)), None)
    if built is None:
        return Outcome(
            "checkers", True, "no target is built yet; every process tries them at start"
        )
    env = profile.environment("asan", paths.PROJECT)
    done = procs.capture([target.load(built).replay, "--self-test"], timeout=TIMEOUT, env=env)
    if done.code != 0:
        return Outcome("checkers", False, _first(done.text, "FFH-INTERNAL"))
    count = done.text.split()[1]
    return Outcome(
        "checkers", True, f"{count} checkers see their planted bug and no other ({built})"
    )


def _is_built(name: str) -> bool:
    try:
        target.load(name)
    except target.TargetError:
        return False
    return True


def run(check: Check, folder: Path, sources: Path | None = None) -> Outcome:
    """Both halves: the planted bug must be found, the twin must be silent."""
    source = (sources or paths.PROJECT / "sanitizers" / "selfcheck") / f"{check.name}.c"
    for planted in (True, False):
        program = folder / f"{check.name}-{'planted' if planted else 'fixed'}"
        problem = _compile(check, source, program, planted)
        if not problem:
            problem = _judge(check, _execute(check, program, folder), planted)
        if problem:
            return Outcome(check.name, False, problem)
    return Outcome(check.name, True, "the planted bug is found, the fixed twin is silent")


def _compile(check: Check, source: Path, program: Path, planted: bool) -> str:
    define = ["-DPLANTED"] if planted else []
    done = procs.capture(
        [
            COMPILER,
            "-std=c11",
            "-D_GNU_SOURCE",
            "-O1",
            "-g",
            "-pthread",
            "-fuse-ld=lld-19",
            *check.flags,
            *define,
            source,
            "-o",
            program,
        ],
        timeout=TIMEOUT,
    )
    return "" if done.code == 0 else f"cannot be compiled: {_first(done.text, 'error')}"


def _execute(check: Check, program: Path, folder: Path) -> procs.Done:
    env = {key: value for key, value in os.environ.items() if not key.endswith("SAN_OPTIONS")}
    for name in ("ASAN", "UBSAN", "TSAN", "LSAN"):
        env[f"{name}_OPTIONS"] = f"exitcode={FOUND_CODE}"
    env["ASAN_OPTIONS"] += ":detect_leaks=1"
    if symbolizer := shutil.which("llvm-symbolizer-19"):
        env["ASAN_SYMBOLIZER_PATH"] = env["TSAN_SYMBOLIZER_PATH"] = symbolizer
    return procs.capture([program, *check.arguments], timeout=TIMEOUT, cwd=folder, env=env)


def _judge(check: Check, done: procs.Done, planted: bool) -> str:
    if done.code == procs.TIMED_OUT:
        return f"did not end within {TIMEOUT} s"
    if planted:
        if check.pattern not in done.text:
            return f"the planted bug was not found (exit code {done.code}): {_first(done.text, 'FATAL')}"
        return "" if done.code == FOUND_CODE else f"the finding ended with exit code {done.code}"
    if done.code != 0 or check.pattern in done.text:
        return f"the fixed twin was reported (exit code {done.code}): {_first(done.text, 'ERROR')}"
    return ""


def _first(text: str, word: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    chosen = next(
        (line for line in lines if word.lower() in line.lower()),
        lines[-1] if lines else "no output",
    )
    return chosen[:300]
