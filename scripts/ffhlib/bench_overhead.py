"""ffh bench overhead: what a guarded call, the ledger and its verdict cost, beside the plain call, plain
jemalloc, plain AddressSanitizer, LeakSanitizer, valgrind and heaptrack. Every tool runs the same work, taking
turns; figures are medians with the least and the most. Never a test: nothing passes or fails by time."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from . import bench_machine, build, console, exits, paths, profile
from .bench_pairs import BenchError
from .nightly import text_table

CALL_NS, PAIR_NATIVE, PAIR_ASAN, VERDICT_NS, FLAT = 3.0, 2.0, 1.8, 1000.0, 1.5  # what is wanted
LIVE = (0, 1_000, 100_000, 1_000_000)
LANES = (2, 8, 64)
VALGRIND_LIVE = 100_000  # more takes minutes
SLOW_EVENTS = 65_536  # of a program under valgrind or heaptrack
TIMEOUT = 300

Values = dict[str, float]


@dataclass
class Figure:
    """Several measurements of one thing."""

    name: str
    values: list[float] = field(default_factory=list)

    @property
    def median(self) -> float:
        return statistics.median(self.values)

    def text(self, digits: int = 1) -> list[str]:
        if not self.values:
            return ["-"] * 3
        return [f"{v:.{digits}f}" for v in (self.median, min(self.values), max(self.values))]


@dataclass
class Program:
    """How the bench's program is run under a tool."""

    name: str
    command: list[str]
    env: dict[str, str]

    def run(self, *arguments: object) -> Values:
        words = [*self.command, *map(str, arguments)]
        try:
            done = subprocess.run(words, env=self.env, stdin=subprocess.DEVNULL, capture_output=True,
                                  text=True, timeout=TIMEOUT, check=False)  # fmt: skip
        except subprocess.TimeoutExpired as error:
            raise BenchError(f"{self.name} {arguments} took more than {TIMEOUT} s") from error
        if done.returncode != 0:
            raise BenchError(
                f"{' '.join(words)} ended with {done.returncode}:\n{done.stderr[-500:]}"
            )
        pairs = (line.split() for line in done.stdout.splitlines())
        return {pair[0]: float(pair[1]) for pair in pairs if len(pair) == 2 and _is_number(pair[1])}


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--rounds",
        type=int,
        default=7,
        metavar="N",
        help="overhead: times that each measurement is made (default 7)",
    )


def run(args: argparse.Namespace) -> int:
    if args.rounds < 1:
        raise BenchError("--rounds needs a number from 1")
    programs = _built()
    with tempfile.TemporaryDirectory(dir=bench_machine.fast_directory()) as folder:
        result = {
            "machine": bench_machine.describe(),
            "rounds": args.rounds,
            "calls": _calls(programs, args.rounds),
            "pairs": _pairs(programs, args.rounds, Path(folder)),
            "verdict": _verdict(programs, args.rounds, Path(folder)),
            "scaling": _scaling(programs, args.rounds),
        }
    if args.json:
        print(json.dumps(result, indent=2, default=asdict))
    else:
        print(_text(result))
    return exits.PASS


# ---- the programs --------------------------------------------------------------------------------


def _built() -> dict[str, Program]:
    programs: dict[str, Program] = {}
    for flavor, kinds in (("native", ("native", "jemalloc", "plain")), ("asan", ("asan",))):
        where = build.prepare(flavor)
        build.ninja(where, ["bench-overhead-all"])
        env = profile.environment(flavor, paths.PROJECT)
        for kind in kinds:
            command = [*_pinned(), str(where / "bin" / f"bench-overhead-{kind}")]
            programs[kind] = Program(kind, command, env)
    asan = programs["asan"]
    programs["asan+ledger"] = Program(
        "asan+ledger", asan.command, {**asan.env, "FFH_BENCH_LEDGER": "1"}
    )
    plain = programs["plain"]
    for tool, words in (("valgrind", ["valgrind", "-q", "--leak-check=no"]),
                        ("heaptrack", ["heaptrack"])):  # fmt: skip
        if shutil.which(tool):
            programs[tool] = Program(tool, [*words, *plain.command[len(_pinned()) :]], plain.env)
        else:
            console.say(f"{tool} is not installed: it is left out (apt-get install {tool})")
    return programs


def _pinned() -> list[str]:
    """To one core, as the scheduler pins a target."""
    return ["taskset", "-c", str(max(os.sched_getaffinity(0)))] if shutil.which("taskset") else []


def _in_turn(rounds: int, measures: dict[str, Callable[[], float | None]]) -> dict[str, Figure]:
    """Each measure once in every round, so that what disturbs one disturbs all."""
    figures = {name: Figure(name) for name in measures}
    for _ in range(rounds):
        for name, measure in measures.items():
            value = measure()
            if value is not None:
                figures[name].values.append(value)
    return figures


def _ratio(name: str, ours: Figure, theirs: Figure) -> Figure:
    return Figure(name, [a / b for a, b in zip(ours.values, theirs.values, strict=True)])


# ---- the measurements ----------------------------------------------------------------------------


def _calls(programs: dict[str, Program], rounds: int) -> dict[str, Figure]:
    console.say("calls")
    figures = {name: Figure(name) for name in ("plain", "marked", "guarded", "over")}
    for _ in range(rounds):
        values = programs["native"].run("calls")
        values["over"] = values["guarded"] - values["plain"]
        for name, figure in figures.items():
            figure.values.append(values[name])
    return figures


def _heaptrack(program: Program, folder: Path, *arguments: object) -> tuple[Values, Path | None]:
    """Its values, and the recording. heaptrack prints around what the program prints."""
    for old in folder.glob("ht*"):
        old.unlink()
    command = [*program.command[:1], "-o", str(folder / "ht"), *program.command[1:]]
    values = Program("heaptrack", command, program.env).run(*arguments)
    return values, next(iter(folder.glob("ht*")), None)


def _pairs(programs: dict[str, Program], rounds: int, folder: Path) -> dict[str, Figure]:
    console.say("malloc and free")
    live = 1000

    def of(name: str, *events: int) -> Callable[[], float | None]:
        return lambda: programs[name].run("pairs", live, *events)["pair"]

    measures = {name: of(name) for name in ("native", "jemalloc", "asan+ledger", "asan", "plain")}
    if "valgrind" in programs:
        measures["valgrind"] = of("valgrind", SLOW_EVENTS)
    if "heaptrack" in programs:
        measures["heaptrack"] = lambda: _heaptrack(
            programs["heaptrack"], folder, "pairs", live, SLOW_EVENTS
        )[0].get("pair")
    figures = _in_turn(rounds, measures)
    figures["native/jemalloc"] = _ratio("native/jemalloc", figures["native"], figures["jemalloc"])
    figures["asan+ledger/asan"] = _ratio(
        "asan+ledger/asan", figures["asan+ledger"], figures["asan"]
    )
    return figures


def _verdict(
    programs: dict[str, Program], rounds: int, folder: Path
) -> dict[int, dict[str, Figure]]:
    rounds = min(rounds, 5)
    found = {}
    for live in LIVE:
        console.say(f"verdict with {live} live blocks")
        figures = {name: Figure(name) for name in ("native", "asan+ledger", "lsan")}
        figures["valgrind"], figures["heaptrack"] = Figure("valgrind"), Figure("heaptrack")
        for _ in range(rounds):
            figures["native"].values.append(programs["native"].run("verdict", live)["verdict"])
            asan = programs["asan+ledger"].run("verdict", live)
            figures["asan+ledger"].values.append(asan["verdict"])
            figures["lsan"].values.append(asan["lsan"])
        if "valgrind" in programs and live <= VALGRIND_LIVE:
            value = programs["valgrind"].run("verdict", live).get("verdict")
            figures["valgrind"].values += [] if value is None else [value]
        if "heaptrack" in programs:
            figures["heaptrack"].values += _analysis(programs["heaptrack"], folder, live)
        found[live] = figures
    return found


def _analysis(program: Program, folder: Path, live: int) -> list[float]:
    """heaptrack has no verdict while the program runs: the time to read its recording, in ns."""
    _, recording = _heaptrack(program, folder, "verdict", live)
    if recording is None or not shutil.which("heaptrack_print"):
        return []
    begin = time.monotonic()
    subprocess.run(["heaptrack_print", "-l", "1", "-f", str(recording)], capture_output=True,
                   timeout=TIMEOUT, check=False)  # fmt: skip
    return [(time.monotonic() - begin) * 1e9]


def _scaling(programs: dict[str, Program], rounds: int) -> list[dict[str, Any]]:
    """Cost of an event by lanes and by live blocks: the ledger's programs, and what is below them."""
    names = ("native", "jemalloc", "asan+ledger", "asan")

    def of(name: str, lanes: int, live: int) -> Callable[[], float | None]:
        return lambda: programs[name].run("lanes", lanes, live)["pair"]

    rows: list[dict[str, Any]] = []
    for lanes in LANES:
        for live in LIVE[1:]:
            console.say(f"{lanes} lanes, {live} live blocks")
            figures = _in_turn(min(rounds, 5), {name: of(name, lanes, live) for name in names})
            for ours, theirs in (("native", "jemalloc"), ("asan+ledger", "asan")):
                name = f"{ours}/{theirs}"
                figures[name] = _ratio(name, figures[ours], figures[theirs])
            rows.append({"lanes": lanes, "live": live, "figures": figures})
    return rows


# ---- the tables ----------------------------------------------------------------------------------


def _said(value: float, wanted: float) -> str:
    return f"{wanted:g}: {'reached' if value <= wanted else 'NOT reached'}"


def _rows(figures: Sequence[Figure], digits: int, wanted: dict[str, float]) -> list[list[str]]:
    return [
        [f.name, *f.text(digits), _said(f.median, wanted[f.name]) if f.name in wanted else ""]
        for f in figures
    ]


def _table(title: str, rows: list[list[str]]) -> str:
    return f"{title}\n{text_table([['', 'median', 'min', 'max', 'wanted at most'], *rows])}\n"


def _text(result: dict[str, Any]) -> str:
    parts = [
        _table("a call, ns", _rows(list(result["calls"].values()), 2, {"over": CALL_NS})),
        _table(
            "malloc and free, ns for a pair",
            _rows(
                list(result["pairs"].values()),
                2,
                {"native/jemalloc": PAIR_NATIVE, "asan+ledger/asan": PAIR_ASAN},
            ),
        ),
    ]
    for live, figures in result["verdict"].items():
        wanted = {"native": VERDICT_NS, "asan+ledger": VERDICT_NS} if live == 100_000 else {}
        rows = _rows([f for f in figures.values() if f.values], 0, wanted)
        parts.append(_table(f"is anything left? {live} live blocks, ns", rows))
    parts.append(_scaling_text(result["scaling"]))
    parts.append(f"machine: {result['machine']}")
    return "\n".join(parts)


def _scaling_text(rows: list[dict[str, Any]]) -> str:
    names = list(rows[0]["figures"])
    table = [["lanes", "live", *names]]
    table += [
        [str(row["lanes"]), str(row["live"]),
         *(row["figures"][n].text(2 if "/" in n else 1)[0] for n in names)]
        for row in rows
    ]  # fmt: skip
    lines = ["scaling, ns for a pair, and ours over theirs in the same round", text_table(table)]
    for name in (n for n in names if "/" not in n):
        by_live = max(_spread([r for r in rows if r["lanes"] == n], name) for n in LANES)
        by_lanes = max(_spread([r for r in rows if r["live"] == n], name) for n in LIVE[1:])
        lines.append(
            f"{name}: most over least, from {LIVE[1]} to {LIVE[-1]} live {by_live:.2f}; "
            f"from {LANES[0]} to {LANES[-1]} lanes {by_lanes:.2f}; wanted {FLAT:g}"
        )
    return "\n".join([*lines, ""])


def _spread(rows: list[dict[str, Any]], name: str) -> float:
    medians = [row["figures"][name].median for row in rows]
    return max(medians) / min(medians)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
