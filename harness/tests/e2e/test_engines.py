"""One target source for every engine: built with nothing but the environment's flags, as OSS-Fuzz does."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from ffhlib import paths

LAUNCHER = ["-DCMAKE_C_COMPILER_LAUNCHER=ccache", "-DCMAKE_CXX_COMPILER_LAUNCHER=ccache"]
FLAGS = "-g -O1 -fsanitize=address -fsanitize=fuzzer-no-link"


def environment(engine: str) -> dict[str, str]:
    env = {key: value for key, value in os.environ.items() if not key.endswith("SAN_OPTIONS")}
    return env | {
        "CC": "clang-19",
        "CXX": "clang++-19",
        "CFLAGS": FLAGS,
        "CXXFLAGS": FLAGS,
        "LIB_FUZZING_ENGINE": engine,
        "ASAN_OPTIONS": "detect_leaks=0",
    }


def run(command: list[str | Path], env: dict[str, str]) -> str:
    done = subprocess.run(
        [str(word) for word in command],
        env=env,
        cwd=paths.PROJECT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:]
    return done.stdout


def build(folder: Path, env: dict[str, str]) -> Path:
    env.setdefault("CCACHE_DIR", str(paths.CACHE / "ccache"))
    run(["cmake", "--preset", "external", "-B", folder, *LAUNCHER], env)
    run(["ninja", "-C", folder, "pricing-fuzz", "pricing-replay"], env)
    return folder / "bin"


def test_an_engine_of_its_own(tmp_path: Path) -> None:
    engine = tmp_path / "libengine.a"
    source = Path(__file__).parent / "engine" / "engine.c"
    run(["clang-19", "-O1", "-c", source, "-o", tmp_path / "engine.o"], environment(""))
    run(["llvm-ar-19", "rcs", engine, tmp_path / "engine.o"], environment(""))
    env = environment(str(engine))
    binaries = build(tmp_path / "build", env)
    assert "2000 inputs" in run([binaries / "pricing-fuzz"], env)
    plan = tmp_path / "quote"
    seed = paths.PROJECT / "corpus" / "pricing" / "seeds" / "quote.plan"
    run([binaries / "pricing-replay", "--compile", seed, plan], env)
    assert "skipped: 0 " in run([binaries / "pricing-replay", plan], env)


def test_libfuzzer_by_its_flag(tmp_path: Path) -> None:
    env = environment("-fsanitize=fuzzer")
    binaries = build(tmp_path / "build", env)
    assert "Done 500 runs" in run([binaries / "pricing-fuzz", "-runs=500", "-len_control=0"], env)


def test_the_coverage_flavor_counts_lines(tmp_path: Path) -> None:
    env = environment("") | {"LLVM_PROFILE_FILE": str(tmp_path / "raw")}
    env.setdefault("CCACHE_DIR", str(paths.CACHE / "ccache"))
    build = tmp_path / "build"
    run(["cmake", "--preset", "coverage", "-B", build, *LAUNCHER], env)
    run(["ninja", "-C", build, "pricing-replay"], env)
    replay, plan = build / "bin" / "pricing-replay", tmp_path / "quote"
    seed = paths.PROJECT / "corpus" / "pricing" / "seeds" / "quote.plan"
    run([replay, "--compile", seed, plan], env)
    run([replay, plan], env)
    run(["llvm-profdata-19", "merge", "-o", tmp_path / "data", tmp_path / "raw"], env)
    source = paths.PROJECT / "targets" / "pricing" / "src" / "pricing.cpp"
    report = run(
        ["llvm-cov-19", "report", replay, f"-instr-profile={tmp_path / 'data'}", source], env
    )
    total = next(line for line in report.splitlines() if line.startswith("TOTAL"))
    assert 20 < float(total.split()[9].rstrip("%")) < 100, report


def test_no_engine_is_refused(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="LIB_FUZZING_ENGINE"):
        run(["cmake", "--preset", "external", "-B", tmp_path], environment(""))
