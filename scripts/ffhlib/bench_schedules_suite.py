"""The concurrency suite in `ffh bench schedules`: how many schedules until a bug shows, whether the fixed
twin stays silent, whether findings replay, and how long a target with free-running threads takes."""

from __future__ import annotations

import re
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from . import replayer
from .bench_pairs import BenchError
from .bench_schedules_run import Cores, compiled, side_by_side, timed, without_symbols

POLICIES = ("random", "pct", "pos", "surw")
INPUT_SECONDS = 20  # of one run; a model that hangs is a finding of its own
PLAIN_TIMEOUT = 1  # libFuzzer's -timeout: the shortest, in favour of the free-running target
_SEARCH_SECONDS = 3600  # of one process; far beyond what any program takes
_ROW = re.compile(r'^SUITE\((\w+), "([^"]+)", "([^"]+)", "([^"]+)"\)$', re.MULTILINE)
_FOUND = re.compile(r"^schedules: (\d+)( nothing found)?$", re.MULTILINE)


@dataclass(frozen=True)
class Program:
    name: str
    language: str
    rules: tuple[str, ...]  # what its bug may end in
    about: str


@dataclass(frozen=True)
class Limits:
    schedules: int = 10_000  # to find a bug; the twin is silent over as many
    mix: int = 2_000  # in which the default mix should find it
    replays: int = 100
    plain_seconds: int = 20


def programs(definitions: Path, only: Sequence[str] = ()) -> list[Program]:
    """The programs of programs.def, those that take longest last."""
    text = definitions.read_text(encoding="utf-8")
    found = [
        Program(name, language, tuple(rules.split("|")), about)
        for name, language, rules, about in _ROW.findall(text)
    ]
    if len(found) != text.count("\nSUITE("):
        raise BenchError(f"{definitions} has lines that cannot be read")
    unknown = set(only) - {program.name for program in found}
    if unknown:
        raise BenchError(f"no such program in {definitions.name}: {', '.join(sorted(unknown))}")
    chosen = [program for program in found if not only or program.name in only]
    return sorted(chosen, key=lambda program: "tokio" in program.name)


class Suite:
    """`row(name)` is what is known of a program, a dictionary that the measurements fill; `keep` is
    called after each of them, by one thread at a time."""

    def __init__(
        self,
        replay: Path,
        plain: Path,
        folder: Path,
        env: dict[str, str],
        limits: Limits,
        say: Callable[[str], None],
        keep: Callable[[], None],
    ) -> None:
        self.replay, self.plain, self.folder, self.limits = replay, plain, folder, limits
        self.env = without_symbols(env)
        self.say, self._keep = say, keep
        self.rows: dict[str, dict[str, Any]] = {}
        self._lock = threading.Lock()
        self.stop = threading.Event()

    def row(self, program: Program) -> dict[str, Any]:
        about = {"language": program.language, "expected": list(program.rules)}
        return self.rows.setdefault(program.name, {"program": program.name, **about})

    def put(self, program: Program, key: str, value: Any) -> None:
        with self._lock:
            self.row(program)[key] = value
            self._keep()

    def each(self, chosen: Sequence[Program], *measures: Callable[[Program], None]) -> None:
        """Measures the programs, as many at a time as there are cores."""
        cores = Cores()

        def one(program: Program) -> None:
            for measure in measures:
                if not self.stop.is_set():
                    measure(program)

        work = [partial(one, program) for program in chosen]
        side_by_side(work, len(cores.all), cores.take, self.stop)

    def every(self, chosen: Sequence[Program], measure: Callable[[Program], None]) -> None:
        """Measures the programs one after another, each with the whole machine."""
        for program in chosen:
            measure(program)

    # ---- schedules until found

    def search(self, program: Program) -> None:
        """With the default mix."""
        found = self._tries(program, "bad", "mix")
        self.put(program, "mix", found)
        self.say(f"{program.name}: {_said(found)}")

    def policies(self, program: Program) -> None:
        """Each policy alone, where the mix needs too many."""
        found = self.row(program)["mix"]
        if found["schedules"] is None or found["schedules"] > self.limits.mix:
            alone = {policy: self._tries(program, "bad", policy) for policy in POLICIES}
            self.put(program, "policies", alone)
            text = ", ".join(f"{name} {_said(one)}" for name, one in alone.items())
            self.say(f"{program.name}: {text}")

    def twin(self, program: Program) -> None:
        twin = self._tries(program, "good", "mix")
        self.put(program, "twin", twin)
        said = "silent" if is_silent(twin) else f"NOT silent: {_said(twin)}"
        self.say(f"{program.name}: twin {said}, {twin['seconds']:.1f} s")

    def _tries(self, program: Program, kind: str, policy: str) -> dict[str, Any]:
        stem = f"{program.name}_{kind}"
        text = (
            "ffihammer plan 1 target=schedules\n"
            "schedule random seed=1 lanes=1 granularity=memory\n"
            f"A: {stem}()\n"
        )
        where = self.folder / f"{stem}-{policy}"
        where.mkdir(exist_ok=True)
        plan = compiled(self.replay, text, stem, where, self.env)
        report, saved = where / "report.json", where / "saved"
        ended = timed(
            [
                *(str(self.replay), "--schedules", str(self.limits.schedules)),
                *("--policy", policy, "--timeout", str(INPUT_SECONDS)),
                *("--report", str(report), "--save", str(saved), str(plan)),
            ],
            self.env,
            _SEARCH_SECONDS,
            self.stop,
        )
        said = _FOUND.search(ended.output)
        outcome = replayer.classify(
            ended.code, ended.output, replayer.load_report(report), complete=bool(said)
        )
        if self.stop.is_set():
            raise BenchError("interrupted")
        if ended.code not in (0, 2) or not said:
            raise BenchError(
                f"{stem} ended with exit code {ended.code}: {ended.output.strip()[-400:]}"
            )
        return {
            "tried": int(said[1]),
            "schedules": None if said[2] else int(said[1]),
            "rule": outcome.rule,
            "expected": outcome.rule in program.rules,
            "seconds": ended.seconds,
            "processor": ended.processor,
            "trace": outcome.trace,
            "saved": None if said[2] else str(saved),
        }

    # ---- replay

    def replays(self, program: Program) -> None:
        """The saved plan, again and again in a process of its own. The trace of the search may be
        another one: it ran the library many times before, and a library may count its uses, as tokio
        does for its random choices."""
        found = best(self.row(program))
        if found is None:
            return
        seen: Counter[tuple[str, str]] = Counter()
        unsure = ""
        report = self.folder / f"{program.name}-replay.json"
        for _ in range(self.limits.replays):
            if self.stop.is_set():
                return
            report.unlink(missing_ok=True)
            command = [str(self.replay), "--timeout", str(INPUT_SECONDS), "--report", str(report)]
            ended = timed([*command, found["saved"]], self.env, INPUT_SECONDS + 10)
            outcome = replayer.classify(
                ended.code, ended.output, replayer.load_report(report), complete=ended.code == 0
            )
            seen[(outcome.rule or outcome.kind, outcome.trace)] += 1
            unsure = unsure or outcome.not_controlled
        same = max((n for (rule, _), n in seen.items() if rule == found["rule"]), default=0)
        result = {
            "times": self.limits.replays,
            "same": same,
            "as_found": (found["rule"], found["trace"]) in seen,
            "distinct": len(seen),
            "not_controlled": unsure,
            "outcomes": [
                {"rule": rule, "trace": trace, "count": count}
                for (rule, trace), count in seen.most_common()
            ],
        }
        self.put(program, "replay", result)
        self.say(f"{program.name}: {same} of {self.limits.replays} replays are the same")

    # ---- free-running threads

    def free(self, program: Program) -> None:
        """Time to the first finding of the plain target, on every core; a time-out counts as its budget."""
        budget = self.limits.plain_seconds
        artifacts = self.folder / f"{program.name}-plain-"
        ended = timed(
            [
                *(str(self.plain), f"--program={program.name}_bad", f"-max_total_time={budget}"),
                *(f"-timeout={PLAIN_TIMEOUT}", f"-artifact_prefix={artifacts}", "-seed=1"),
            ],
            self.env,
            budget + 3 * PLAIN_TIMEOUT + 5,
        )
        if ended.code == 1:
            raise BenchError(f"schedules-plain: {ended.output.strip()[-300:]}")
        found = ended.code not in (0, None)
        seconds = min(ended.seconds, budget) if found else float(budget)
        result: dict[str, Any] = {"found": found, "seconds": seconds, "budget": budget}
        ours = best(self.row(program))
        if ours is not None:
            result["controlled"] = ours["seconds"]
            result["ratio"] = seconds / ours["seconds"]
            result["processor_ratio"] = seconds / max(ours["processor"], 1e-3)
        self.put(program, "plain", result)
        text = f"{seconds:.2f} s" if found else f"nothing in {budget} s"
        ratio = f", ratio {result['ratio']:.1f}" if ours is not None else ""
        self.say(f"{program.name}: plain {text}{ratio}")


def best(row: dict[str, Any]) -> dict[str, Any] | None:
    """The finding that is replayed: the mix's, else the one of the quickest policy."""
    every = [row["mix"], *row.get("policies", {}).values()] if "mix" in row else []
    found = [one for one in every if one["schedules"] is not None]
    if found and found[0] is row["mix"]:
        return found[0]
    return min(found, key=lambda one: one["schedules"], default=None)


def is_silent(twin: dict[str, Any]) -> bool:
    return twin["schedules"] is None


def _said(found: dict[str, Any]) -> str:
    if found["schedules"] is None:
        return f"nothing in {found['tried']}"
    other = "" if found["expected"] else " (NOT expected)"
    return f"{found['schedules']} {found['rule']}{other}, {found['seconds']:.2f} s"
