"""ffh bench throughput: the generated targets against hand-written ones that make the same calls from the
same data, as ratios from alternating runs. Never a test: nothing passes or fails by time.

ffh bench schedules is in bench_schedules.py, ffh bench zoo in bench_zoo.py, ffh bench overhead in
bench_overhead.py, ffh bench frees in bench_frees.py."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import (
    bench_flatten,
    bench_frees,
    bench_machine,
    bench_overhead,
    bench_pairs,
    bench_schedules,
    bench_zoo,
    build,
    exits,
    paths,
    profile,
    replayer,
    target,
)
from .bench_pairs import BenchError

HELP = "measure speed, memory, what schedules find, and what other tools find"
EXAMPLE = "scripts/ffh bench throughput --pairs 7"

BENCH = paths.PROJECT / "harness" / "tests" / "bench"
ONE_LANE, FOUR_LANES = 0.7, 8.0  # the ratios that are wanted
MEMORY_MIB, MEMORY_SECONDS = 1024, 60


@dataclass(frozen=True)
class Case:
    """`plans` is the beginning of the plan files' names."""

    target: str
    plans: str
    against: str  # hand: one thread; threads: creates and joins a thread for each lane of an input
    title: str
    wanted: float | None


CASES = (
    Case("pricing", "pricing-1-", "hand", "pricing, 1 lane", ONE_LANE),
    Case("leveldb", "leveldb-1-", "hand", "leveldb, 1 lane", ONE_LANE),
    Case("pricing", "pricing-4-", "threads", "pricing, 4 lanes", FOUR_LANES),
    Case("leveldb", "leveldb-4-", "threads", "leveldb, 4 lanes", FOUR_LANES),
    Case("leveldb", "leveldb-4-batch", "threads", "leveldb, 4 lanes, write batches only", None),
    Case("leveldb", "leveldb-4-db", "threads", "leveldb, 4 lanes, databases only", None),
)


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("what", metavar="BENCH", choices=list(BENCHES), help=", ".join(BENCHES))
    parser.add_argument("--json", action="store_true", help="print every measurement as JSON")
    parser.add_argument(
        "--pairs", type=int, default=5, metavar="N", help="throughput: pairs, at least 5"
    )
    parser.add_argument(
        "--seconds",
        type=float,
        default=6.0,
        metavar="S",
        help="throughput: of each measurement (default 6)",
    )
    parser.add_argument(
        "--no-memory",
        action="store_true",
        help="throughput: leave out the 60-second runs for peak memory",
    )
    bench_schedules.configure(parser)
    bench_zoo.configure(parser)
    bench_overhead.configure(parser)


def run(args: argparse.Namespace) -> int:
    return BENCHES[args.what](args)


def _throughput(args: argparse.Namespace) -> int:
    where = build.prepare("asan")
    names = sorted({case.target for case in CASES})
    build.ninja(where, [f"bench-{name}-all" for name in names] + build.goals(names, "asan"))
    env = profile.environment("asan", paths.PROJECT)
    with tempfile.TemporaryDirectory(
        prefix="ffh-bench-", dir=bench_machine.fast_directory()
    ) as folder:
        env["TMPDIR"] = folder
        results = [_measure(case, Path(folder), where, args, env) for case in CASES]
        memory = [] if args.no_memory else [_memory(name, Path(folder), env) for name in names]
    if args.json:
        print(
            json.dumps(
                {"machine": bench_machine.describe(), "ratios": results, "memory": memory}, indent=2
            )
        )
    else:
        _print_memory(memory)
        print(f"machine: {bench_machine.describe()}")
    return exits.PASS


def _measure(
    case: Case, folder: Path, where: Path, args: argparse.Namespace, env: dict[str, str]
) -> dict[str, Any]:
    ops = bench_flatten.operations(BENCH / f"{case.target}_ops.def")
    built = target.load(case.target)
    ours, theirs = [], []
    for plan in sorted((BENCH / "plans").glob(f"{case.plans}*.plan")):
        ours.append(_compiled(built.replay, plan, folder, env))
        flat = folder / f"{plan.stem}.flat"
        flat.write_bytes(bench_flatten.flatten(plan.read_text(encoding="utf-8"), ops))
        theirs.append(str(flat))
    if not ours:
        raise BenchError(f"there are no plans {case.plans}*.plan in {BENCH / 'plans'}")
    seconds = str(args.seconds)
    result = bench_pairs.compare(
        case.title,
        ("generated", [str(where / "bin" / f"bench-{case.target}"), seconds, *ours]),
        (
            f"hand-written ({case.against})",
            [str(where / "bin" / f"bench-{case.target}-{case.against}"), seconds, *theirs],
        ),
        pairs=args.pairs,
        wanted=case.wanted,
        env=env,
    )
    if not args.json:
        print(bench_pairs.text(result), flush=True)
    return result


def _compiled(replay: Path, plan: Path, folder: Path, env: dict[str, str]) -> str:
    binary = folder / f"{plan.stem}.bin"
    code, _, message = replayer.compile_text(replay, plan, binary, env)
    if code != 0:
        raise BenchError(f"{plan}: {message}")
    return str(binary)


def _memory(name: str, folder: Path, env: dict[str, str]) -> dict[str, Any]:
    """The largest resident size of a fuzz process in a minute, from its seeds."""
    built = target.load(name)
    corpus = folder / f"{name}-corpus"
    corpus.mkdir()
    for seed in sorted((paths.PROJECT / "corpus" / name / "seeds").glob("*.plan")):
        replayer.compile_text(built.replay, seed, corpus / seed.stem, env)
    command = [str(built.fuzz), f"-max_total_time={MEMORY_SECONDS}", "-detect_leaks=0", "-seed=1"]
    command += [
        "-len_control=0",
        f"-artifact_prefix={folder}/{name}-",
        "--ffh-lanes=4",
        str(corpus),
    ]
    with (folder / f"{name}.log").open("wb") as log:
        process = subprocess.Popen(
            command, env=env, stdin=subprocess.DEVNULL, stdout=log, stderr=log
        )
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        tail = (folder / f"{name}.log").read_text(errors="replace")[-500:]
        raise BenchError(f"the 60-second run of {name} ended with {process.returncode}:\n{tail}")
    return {"target": name, "peak_mib": usage.ru_maxrss / 1024, "wanted_below_mib": MEMORY_MIB}


def _print_memory(memory: list[dict[str, Any]]) -> None:
    for row in memory:
        reached = "reached" if row["peak_mib"] < row["wanted_below_mib"] else "NOT reached"
        print(
            f"{row['target']}: peak memory of a {MEMORY_SECONDS}-second run {row['peak_mib']:.0f} MiB; "
            f"wanted below {row['wanted_below_mib']} MiB: {reached}"
        )


BENCHES = {
    "throughput": _throughput,
    "schedules": bench_schedules.run,
    "zoo": bench_zoo.run,
    "overhead": bench_overhead.run,
    "frees": bench_frees.run,
}
