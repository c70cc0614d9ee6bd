"""ffh bench frees: memory of one language or library freed by another, fourteen wrong ways and their correct
twins, each in a process of its own, under ffihammer, AddressSanitizer alone and valgrind."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import bench_machine, build, exits, paths, procs, profile, replayer, setup_packages, target
from .bench_pairs import BenchError

SOURCES = paths.PROJECT / "harness" / "tests" / "bench" / "frees"
TARGET = "frees"
FLAVORS = ("asan", "native")  # ffihammer's, a column for each
TIMEOUT = 60
VALGRIND_FOUND = 9


@dataclass(frozen=True)
class Case:
    name: str
    title: str
    rule: str  # that ffihammer has to name


MISMATCH, LAYOUT, SIDE = "FFH-FREE-MISMATCH", "FFH-FREE-LAYOUT", "FFH-CROSS-SIDE-FREE"
CASES = (
    Case("c_malloc_cxx_delete", "C malloc, C++ delete", MISMATCH),
    Case("cxx_new_c_free", "C++ new, C free", MISMATCH),
    Case("cxx_array_c_free", "C++ new[], C free", MISMATCH),
    Case("cxx_new_rust_drop", "C++ new, Rust Box::from_raw", MISMATCH),
    Case("rust_box_cxx_delete", "Rust Box, C++ delete", MISMATCH),
    Case("rust_box_c_free", "Rust Box, C free", MISMATCH),
    Case("rust_text_c_free", "Rust CString, C free", MISMATCH),
    Case("c_malloc_rust_drop", "C malloc, Rust Box::from_raw", MISMATCH),
    Case("c_strdup_rust_drop", "C strdup, Rust CString::from_raw", MISMATCH),
    Case("rust_aligned_c_free", "Rust Box aligned to 64, C free", MISMATCH),
    Case("rust_capacity", "Rust Vec, with another capacity", LAYOUT),
    Case("rust_alignment", "Rust block, with another alignment", LAYOUT),
    Case("library_a_library_b", "C library A, C library B", SIDE),
    Case("rust_library_rust_app", "Rust library, Rust application", SIDE),
)
# Whether a process that runs the case NAME_bad or NAME_good is told to be wrong, and as what.
Tool = Callable[[str], str]


def run(args: argparse.Namespace) -> int:
    with tempfile.TemporaryDirectory(
        prefix="ffh-bench-", dir=bench_machine.fast_directory()
    ) as folder:
        tools = all_tools(Path(folder))
        rows = [measure(case, tools) for case in CASES]
    if args.json:
        print(json.dumps({"machine": bench_machine.describe(), "cases": rows}, indent=2))
    else:
        print("\n".join(table(rows)))
        print(f"machine: {bench_machine.describe()}")
    return exits.PASS


def measure(case: Case, tools: dict[str, Tool]) -> dict[str, Any]:
    found = {name: tool(f"{case.name}_bad") for name, tool in tools.items()}
    twin = {name: tool(f"{case.name}_good") for name, tool in tools.items()}
    return {
        "case": case.name,
        "title": case.title,
        "rule": case.rule,
        "found": found,
        "twin": twin,
    }


# ---- the tools


def all_tools(folder: Path) -> dict[str, Tool]:
    tools = {f"ffihammer {flavor}": ours(flavor, folder) for flavor in FLAVORS}
    rust = _rust(folder)
    sanitized = _plain(folder / "asan", rust, ["-fsanitize=address"])
    plain = _plain(folder / "plain", rust, [])
    tools["ASan"] = lambda name: _asan([str(sanitized), name])
    tools["valgrind"] = valgrind(plain)
    return tools


def ours(flavor: str, folder: Path) -> Tool:
    """The rule that the replay binary of the flavor reports; "" for none."""
    where = build.prepare(flavor)
    build.ninja(where, build.goals([TARGET], flavor))
    binary = target.load(TARGET, flavor).replay
    env = profile.environment(flavor, paths.PROJECT)
    return lambda name: replay(binary, name, folder, env)


def replay(binary: Path, name: str, folder: Path, env: dict[str, str]) -> str:
    plan, compiled = folder / f"{name}.plan", folder / f"{name}.bin"
    plan.write_text(plan_of(name), encoding="utf-8")
    done = procs.capture([binary, "--compile", plan, compiled], timeout=TIMEOUT, env=env)
    if done.code != 0:
        raise BenchError(f"{plan.name} does not compile: {done.text}")
    outcome = replayer.replay(binary, compiled, env, timeout=TIMEOUT)
    if outcome.kind not in (replayer.FINDING, replayer.NOTHING):
        raise BenchError(f"{name} under ffihammer: {outcome.kind}\n{outcome.output}")
    return outcome.rule if outcome.kind == replayer.FINDING else ""


def plan_of(name: str) -> str:
    return (
        f"ffihammer plan 1 target={TARGET}\n"
        "schedule random seed=0x1 lanes=1 stickiness=1\n"
        f"A: {name}({arguments(name)})\n"
    )


def arguments(name: str) -> str:
    looks = {
        "rust_library_rust_app_bad": "look=rust_app_drops",
        "rust_library_rust_app_good": "look=rust_app_looks",
    }
    return looks.get(name, "")


def _asan(command: Sequence[str]) -> str:
    env = {key: value for key, value in os.environ.items() if not key.endswith("SAN_OPTIONS")}
    env["ASAN_OPTIONS"] = "detect_leaks=0"
    done = procs.capture(command, timeout=TIMEOUT, env=env)
    _, found, rest = done.text.partition("ERROR: AddressSanitizer: ")
    _check(command, done.code, bool(found))
    return rest.split()[0] if found else ""


def valgrind(binary: Path) -> Tool:
    if not shutil.which("valgrind"):
        raise BenchError(
            "valgrind is not there; install it with:\n  "
            + setup_packages.install_command(setup_packages.BENCH)
        )
    command = ["valgrind", "-q", f"--error-exitcode={VALGRIND_FOUND}", str(binary)]

    def told(name: str) -> str:
        done = procs.capture([*command, name], timeout=TIMEOUT)
        found = done.code == VALGRIND_FOUND
        _check(command, done.code, found)
        first = next((line for line in done.text.splitlines() if line.startswith("==")), "")
        return first.partition("== ")[2].strip() if found else ""

    return told


def _check(command: Sequence[str], code: int, found: bool) -> None:
    if not found and code != 0:
        raise BenchError(f"{' '.join(command)}: exit code {code}")


# ---- the plain builds


def _rust(folder: Path) -> Path:
    """The Rust side with nothing added; AddressSanitizer finds as much where it is instrumented."""
    cargo = shutil.which("cargo")
    if not cargo:
        raise BenchError("cargo is not there; scripts/ffh doctor says how to install it")
    _run([cargo, "build", "--quiet", "--release", "--locked", "--offline",
          "--manifest-path", SOURCES / "rust" / "Cargo.toml", "--target-dir", folder / "cargo"])  # fmt: skip
    return folder / "cargo" / "release" / "libbench_frees.a"


def _plain(folder: Path, rust: Path, flags: list[str]) -> Path:
    folder.mkdir()
    objects = []
    for source in sorted([*SOURCES.glob("*.c"), *SOURCES.glob("*.cpp")]):
        compiler = "clang-19" if source.suffix == ".c" else "clang++-19"
        objects.append(folder / f"{source.stem}.o")
        _run([compiler, "-gdwarf-4", "-O1", "-D_GNU_SOURCE", *flags,
              f"-I{paths.PROJECT / 'harness' / 'include'}", "-c", source, "-o", objects[-1]])  # fmt: skip
    binary = folder / "frees"
    _run(["clang++-19", *flags, *objects, rust, "-lpthread", "-ldl", "-lm", "-o", binary])
    return binary


def _run(command: Sequence[str | Path]) -> None:
    done = procs.capture(command, timeout=300)
    if done.code != 0:
        raise BenchError(f"{' '.join(map(str, command))}\n{done.text}")


# ---- what is printed


def table(rows: Sequence[dict[str, Any]]) -> list[str]:
    """A row for each case, then how many each tool found, and of how many twins it spoke."""
    names = list(rows[0]["found"])
    width = max(len(row["title"]) for row in rows)
    lines = [" ".join([f"{'case':<{width}}", *(f"{name:<20}" for name in names)])]
    for row in rows:
        cells = [cell(row, name) for name in names]
        lines.append(" ".join([f"{row['title']:<{width}}", *(f"{text:<20}" for text in cells)]))
    lines.append("")
    for name in names:
        found = sum(is_found(row, name) for row in rows)
        spoken = [row["title"] for row in rows if row["twin"][name]]
        twins = "no twin" if not spoken else f"the twins of {', '.join(spoken)}"
        lines.append(f"{name}: {found} of {len(rows)} found; reported {twins}")
    return lines


def is_found(row: dict[str, Any], name: str) -> bool:
    """ffihammer has to name the right rule; of others any report counts."""
    told = row["found"][name]
    return told == row["rule"] if name.startswith("ffihammer") else bool(told)


def cell(row: dict[str, Any], name: str) -> str:
    told = row["found"][name]
    text = told if name.startswith("ffihammer") and told else "found" if told else "silent"
    return f"{text}, twin too" if row["twin"][name] else text
