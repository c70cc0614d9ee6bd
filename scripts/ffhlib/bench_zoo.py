"""ffh bench zoo: every entry of targets/zoo under ffihammer and under hand-written libFuzzer targets, with the same
wall-clock budget each.

What was measured is kept in bench-zoo.json of the results directory: a run that is begun again goes on where the
last one ended, for what was measured at the same commit with the same budget."""

from __future__ import annotations

import argparse
import json
import signal
import tempfile
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from . import (
    bench_machine,
    bench_zoo_tables,
    bench_zoo_tools,
    build,
    campaign,
    console,
    exits,
    paths,
    profile,
)
from .bench_pairs import BenchError
from .bench_schedules_run import Cores, side_by_side
from .bench_zoo_tools import FFIHAMMER, FLAVOR, HAND, TOOLS, Entry
from .results import SCHEMA, to_json, utc_now, write_atomic

FILE = "bench-zoo.json"
BUDGET = 60
ALONE = ("threads", "tsan")  # with every core, so one after another; the others have one core each
TWIN = "twin"


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--entries", type=_words, default=(), metavar="NN,NN",
        help="zoo: only these entries (numbers or names)",
    )  # fmt: skip
    parser.add_argument(
        "--tools", type=_tools, default=TOOLS, metavar="T,T",
        help=f"zoo: only these of {', '.join(TOOLS)}; none: only what --twins asks for",
    )  # fmt: skip
    parser.add_argument(
        "--replays",
        type=int,
        default=100,
        metavar="N",
        help="zoo: replays of a finding (default 100)",
    )
    parser.add_argument(
        "--twins", type=int, default=0, metavar="S",
        help="zoo: run each fixed twin under ffihammer for S seconds too (default: not at all)",
    )  # fmt: skip
    parser.add_argument(
        "--jobs", type=int, default=0, metavar="J",
        help="zoo: runs of one core at the same time (default: as many as there are cores)",
    )  # fmt: skip
    parser.add_argument(
        "--seed", type=int, default=1, metavar="K", help="zoo: seed of every fuzzer (default 1)"
    )
    parser.add_argument(
        "--again", action="store_true", help="zoo: measure again what is already measured"
    )
    parser.add_argument(
        "--show", action="store_true", help="zoo: measure nothing, print what was measured"
    )
    parser.add_argument(
        "--markdown",
        action="store_true",
        help="zoo: print the table as it is in docs/benchmarks.md",
    )


def _words(text: str) -> tuple[str, ...]:
    return tuple(word for word in text.split(",") if word)


def _tools(text: str) -> tuple[str, ...]:
    chosen = () if text == "none" else _words(text)
    if set(chosen) - set(TOOLS) or (not chosen and text != "none"):
        raise argparse.ArgumentTypeError(f"{text!r}: the tools are {', '.join(TOOLS)}")
    return chosen


def run(args: argparse.Namespace) -> int:
    where = build.prepare("asan")
    build.ninja(where, ["build.ninja"])  # entries may have been added since it was configured
    zoo = where / "zoo.json"
    chosen = bench_zoo_tools.entries(zoo, args.entries)
    every = bench_zoo_tools.entries(zoo)
    bench = Bench(args.results / FILE, int(args.budget or BUDGET), args, every)
    if not args.show:
        chosen_tools = {tool: _build(tool, chosen) for tool in args.tools}
        if args.twins:
            chosen_tools[TWIN] = _build(TWIN, chosen)
        bench.measure(chosen, chosen_tools)
    if args.json:
        print(json.dumps(bench.document, indent=2))
    elif args.markdown:
        print("\n".join(bench_zoo_tables.markdown(bench.document["entries"])))
    else:
        bench_zoo_tables.print_tables(bench.document["entries"])
        print(f"machine: {bench.document['machine']}; commit {bench.document['commit']}")
        print(f"results: {paths.shown(bench.file)}")
    for problem in bench.problems:
        console.say(problem)
    return exits.USAGE if bench.problems or bench.stop.is_set() else exits.PASS


def _build(tool: str, chosen: list[Entry]) -> list[Entry]:
    """Builds what a tool needs and returns the entries that it has a target for."""
    flavor = FLAVOR.get(tool, "asan")
    where = build.prepare(flavor)
    if tool in (FFIHAMMER, TWIN):
        names = [entry.twin if tool == TWIN else entry.name for entry in chosen]
        build.ninja(where, build.goals(names, flavor))
        return chosen
    folder = paths.PROJECT / "harness" / "tests" / "bench" / "zoo"
    written = [entry for entry in chosen if (folder / f"{entry.short}.cpp").is_file()]
    for entry in chosen:
        if entry not in written:
            console.say(f"{entry.short} has no hand-written target")
    build.ninja(where, [entry.binary(tool, twin) for entry in written for twin in (False, True)])
    return written


class Bench:
    """What is measured, and the file that it is kept in."""

    def __init__(
        self, file: Path, budget: int, args: argparse.Namespace, every: list[Entry]
    ) -> None:
        self.file, self.budget, self.args = file, budget, args
        self.stop = threading.Event()
        self.problems: list[str] = []
        self.begin = time.monotonic()
        self._lock = threading.Lock()
        self.document: dict[str, Any] = {
            "schema": SCHEMA,
            "mode": "bench-zoo",
            "commit": campaign.commit(paths.PROJECT),
            "machine": bench_machine.describe(),
            "entries": {},
        }
        before = load(file)
        for entry in every:
            kept = before.get(entry.short, {})
            self.document["entries"][entry.short] = {
                "language": entry.language,
                "rules": list(entry.rules),
                "tools": kept.get("tools", {}),
                TWIN: kept.get(TWIN),
            }

    def measure(self, chosen: list[Entry], tools: dict[str, list[Entry]]) -> None:
        """One core for each run of ffihammer and of the plain targets; then the threaded ones, one at a
        time with the whole machine."""
        work = [
            (entry, tool)
            for entry in chosen
            for tool in tools
            if entry in tools[tool] and not self.kept(entry, tool)
        ]
        shared = [one for one in work if one[1] not in ALONE]
        alone = [one for one in work if one[1] in ALONE]
        before = signal.signal(signal.SIGTERM, signal.default_int_handler)
        cores = Cores()
        with tempfile.TemporaryDirectory(
            prefix="ffh-zoo-", dir=bench_machine.fast_directory()
        ) as tmp:
            try:
                self._pool(shared, Path(tmp), self.args.jobs or len(cores.all), cores.take)
                self._pool(alone, Path(tmp), 1, cores.take_all)
            except KeyboardInterrupt:
                console.say("interrupted: what was measured so far is kept")
            finally:
                signal.signal(signal.SIGTERM, before)

    def _pool(
        self,
        work: list[tuple[Entry, str]],
        folder: Path,
        jobs: int,
        prepare: Callable[[], None],
    ) -> None:
        measures = [partial(self._one, entry, tool, folder) for entry, tool in work]
        side_by_side(measures, jobs, prepare, self.stop)

    def kept(self, entry: Entry, tool: str) -> bool:
        """Whether this is measured already, at this commit and with this effort."""
        known = self.document["entries"][entry.short]
        row = known[TWIN] if tool == TWIN else known["tools"].get(tool)
        if row is None or self.args.again:
            return False
        replays = row.get("replay") or {"times": self.args.replays}
        return (
            row["commit"] == self.document["commit"]
            and row["budget"] == (self.args.twins if tool == TWIN else self.budget)
            and row["seed"] == self.args.seed
            and replays["times"] == self.args.replays
        )

    def _one(self, entry: Entry, tool: str, folder: Path) -> None:
        if self.stop.is_set():
            return
        scratch = folder / f"{entry.short}-{tool}"
        scratch.mkdir()
        try:
            row = self._measure(entry, tool, scratch)
        except BenchError as error:
            if not self.stop.is_set():
                self.problems.append(f"{entry.short}, {tool}: {error}")
            return
        row |= {"commit": self.document["commit"], "when": utc_now()}
        with self._lock:
            known = self.document["entries"][entry.short]
            if tool == TWIN:
                known[TWIN] = row
            else:
                known["tools"][tool] = row
            self._keep()
        self._say(entry, tool, row)

    def _measure(self, entry: Entry, tool: str, scratch: Path) -> dict[str, Any]:
        seed = self.args.seed
        if tool == TWIN:
            return bench_zoo_tools.twin(entry, scratch, self.args.twins, seed, self.stop)
        if tool == FFIHAMMER:
            return bench_zoo_tools.ffihammer(
                entry, scratch, self.budget, self.args.replays, seed, self.stop
            )
        assert tool in HAND
        flavor = FLAVOR[tool]
        env = profile.environment(flavor, paths.PROJECT)
        return bench_zoo_tools.libfuzzer(
            entry, tool, paths.BUILD / flavor, scratch, env, self.budget, self.args.replays, seed,
            self.stop,
        )  # fmt: skip

    def _keep(self) -> None:
        entries = self.document["entries"]
        self.document["totals"] = bench_zoo_tables.totals(entries)
        self.document["twins"] = bench_zoo_tables.twins(entries)
        self.document["losses"] = bench_zoo_tables.losses(entries)
        write_atomic(self.file, to_json(self.document))

    def _say(self, entry: Entry, tool: str, row: dict[str, Any]) -> None:
        lines = bench_zoo_tables.cells(
            entry.short,
            {
                "language": "",
                "tools": {tool: row} if tool != TWIN else {},
                TWIN: row if tool == TWIN else None,
            },
        )
        told = "  ".join(cell for cell in lines[0][2:] if cell)
        console.say(f"{time.monotonic() - self.begin:5.0f} s  {entry.short}  {told}")


def load(file: Path) -> dict[str, Any]:
    """What an earlier run has kept, by entry."""
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise BenchError(f"cannot read {file}: {error}; remove it to begin anew") from error
    return content.get("entries", {}) if content.get("schema") == SCHEMA else {}
