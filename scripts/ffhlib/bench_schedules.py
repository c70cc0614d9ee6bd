"""ffh bench schedules: what the controlled scheduler finds, whether it comes back, and what it costs.

Everything measured is in bench.json of the run's results directory, which is written as it goes."""

from __future__ import annotations

import argparse
import json
import signal
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import bench_machine, build, campaign, console, exits, paths, profile, target
from .bench_pairs import MIN_PAIRS
from .bench_schedules_rate import POOLS, SIZES, Rates, leveldb
from .bench_schedules_suite import Limits, Program, Suite, programs
from .bench_schedules_tables import print_tables, summary
from .results import SCHEMA, Results, utc_now

PARTS = ("suite", "replay", "plain", "rate", "leveldb")
PROGRAMS = paths.PROJECT / "harness" / "tests" / "schedules" / "programs.def"
QUICK_PROGRAMS = ("lost_update", "deadlock_abba", "signal_before_wait", "null_check",
                  "bounded_buffer", "rust_mutex_abba")  # fmt: skip


@dataclass(frozen=True)
class Effort:
    """How much is measured."""

    limits: Limits
    sizes: Sequence[int]
    pools: Sequence[int]
    rounds: int
    seconds: float  # of one measurement
    pairs: int
    draws: int  # schedules for each seed
    seeds: int


FULL = Effort(Limits(), SIZES, POOLS, 5, 0.5, 7, 4, 1000)
QUICK = Effort(Limits(200, 200, 3, 1), (24, 54, 108), (2, 64), 1, 0.1, MIN_PAIRS, 1, 4)


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--quick", action="store_true", help="schedules: a few programs, and little of each part"
    )
    parser.add_argument(
        "--parts",
        type=_parts,
        default=PARTS,
        metavar="P,P",
        help=f"schedules: only these of {', '.join(PARTS)}",
    )
    parser.add_argument(
        "--only",
        type=_names,
        default=(),
        metavar="NAME,NAME",
        help="schedules: only these programs",
    )
    parser.add_argument(
        "--budget",
        type=float,
        default=0.0,
        metavar="S",
        help="seconds to find a bug; schedules: for the plain target (default "
        f"{FULL.limits.plain_seconds}); zoo: for each tool (default 60)",
    )
    parser.add_argument(
        "--results",
        type=Path,
        default=paths.RESULTS,
        metavar="DIR",
        help="schedules, zoo: where results go (default: results/ of the project)",
    )


def _names(text: str) -> tuple[str, ...]:
    return tuple(name for name in text.split(",") if name)


def _parts(text: str) -> tuple[str, ...]:
    unknown = set(_names(text)) - set(PARTS)
    if unknown or not _names(text):
        raise argparse.ArgumentTypeError(f"{text!r}: the parts are {', '.join(PARTS)}")
    return _names(text)


def run(args: argparse.Namespace) -> int:
    effort = QUICK if args.quick else FULL
    chosen = programs(PROGRAMS, args.only or (QUICK_PROGRAMS if args.quick else ()))
    where = _build(args.parts)
    results = Results(args.results, "bench-schedules", campaign.commit(paths.PROJECT))
    bench = _Bench(args, effort, where, results)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    with tempfile.TemporaryDirectory(
        prefix="ffh-bench-", dir=bench_machine.fast_directory()
    ) as tmp:
        bench.measure(chosen, Path(tmp))
    bench.keep()
    if args.json:
        print(json.dumps(bench.document, indent=2))
    else:
        print_tables(bench.document)
        print(f"machine: {bench.document['machine']}; commit {bench.document['commit']}")
        print(f"{bench.document['seconds']:.0f} s; results: {paths.shown(results.where)}")
    return exits.USAGE if bench.document["interrupted"] else exits.PASS


def _build(parts: Sequence[str]) -> Path:
    where = build.prepare("asan")
    wanted = []
    if {"suite", "replay", "plain"} & set(parts):
        wanted += ["schedules-replay", "schedules-plain"]
    if "rate" in parts:
        wanted += ["bench-pricing", "pricing-replay"]
    if "leveldb" in parts:
        wanted += ["bench-leveldb", "leveldb-replay"]
    build.ninja(where, wanted)
    return where


class _Bench:
    def __init__(
        self, args: argparse.Namespace, effort: Effort, where: Path, results: Results
    ) -> None:
        self.args, self.effort, self.where, self.results = args, effort, where, results
        self.parts = args.parts
        budget = args.budget or effort.limits.plain_seconds
        self.limits = Limits(
            effort.limits.schedules, effort.limits.mix, effort.limits.replays, budget
        )
        self.begin = time.monotonic()
        self._lock = threading.Lock()
        self.document: dict[str, Any] = {
            "schema": SCHEMA,
            "mode": "bench-schedules",
            "commit": campaign.commit(paths.PROJECT),
            "machine": bench_machine.describe(),
            "started": utc_now(),
            "quick": bool(args.quick),
            "limits": vars(self.limits),
            "interrupted": False,
            "parts": {},
            "programs": [],
        }

    def say(self, message: str) -> None:
        console.say(f"{time.monotonic() - self.begin:5.0f} s  {message}")

    def keep(self) -> None:
        with self._lock:
            self.document["seconds"] = time.monotonic() - self.begin
            self.document["ended"] = utc_now()
            self.document["summary"] = summary(self.document)
            self.results.write_json("bench.json", self.document)

    def measure(self, chosen: Sequence[Program], folder: Path) -> None:
        """What was measured before an interruption is kept."""
        env = {**profile.environment("asan", paths.PROJECT), "TMPDIR": str(folder)}
        try:
            if "rate" in self.parts:
                self._part("rate", lambda: self._rate(folder, env))
            if "leveldb" in self.parts:
                self._part("leveldb", lambda: self._leveldb(folder, env))
            if {"suite", "replay", "plain"} & set(self.parts):
                self._suite(chosen, folder, env)
        except KeyboardInterrupt:
            self.document["interrupted"] = True
            self.say("interrupted: what was measured so far is kept")

    def _part(self, name: str, measure: Callable[[], Any]) -> None:
        begin = time.monotonic()
        result = measure()
        if result is not None:
            self.document[name] = result
        self.document["parts"][name] = time.monotonic() - begin
        self.keep()

    def _suite(self, chosen: Sequence[Program], folder: Path, env: dict[str, str]) -> None:
        suite = Suite(
            target.describe("schedules").replay,
            self.where / "bin" / "schedules-plain",
            folder,
            env,
            self.limits,
            self.say,
            self.keep,
        )
        self.document["programs"] = rows = [suite.row(program) for program in chosen]
        self.say(f"{len(rows)} programs, schedules until found")
        self._part("search", lambda: suite.each(chosen, suite.search))
        if "plain" in self.parts:
            self._part("plain", lambda: suite.every(chosen, suite.free))
        rest = [suite.policies] if "suite" in self.parts else []
        if "replay" in self.parts:
            rest.append(suite.replays)
        if "suite" in self.parts:
            rest.append(suite.twin)
        if rest:
            self._part("replays and twins", lambda: suite.each(chosen, *rest))

    def _rate(self, folder: Path, env: dict[str, str]) -> dict[str, Any]:
        rates = Rates(
            target.describe("pricing").replay,
            self.where / "bin" / "bench-pricing",
            folder,
            env,
            self.effort.seconds,
        )
        return rates.measure(self.effort.sizes, self.effort.pools, self.effort.rounds, self.say)

    def _leveldb(self, folder: Path, env: dict[str, str]) -> dict[str, Any]:
        return leveldb(
            target.describe("leveldb").replay,
            self.where / "bin" / "bench-leveldb",
            folder,
            env,
            self.effort.seconds * 4,
            self.effort.pairs,
            self.effort.draws,
            self.effort.seeds,
        )
