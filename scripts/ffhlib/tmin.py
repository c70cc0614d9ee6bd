"""ffh tmin: make the input of a finding as small as it can be while it stays the same finding."""

from __future__ import annotations

import argparse
import os
import re
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Any

from . import build, exits, paths, plantext, profile, replayer, repro_c, shrink
from .corpus import CorpusError
from .finding_report import make_report, render
from .plantext import Plan
from .replayer import FINDING, INTERNAL, NOTHING, Outcome
from .repro import add_common, flavor_of, opened, positive
from .results import to_json, write_atomic
from .signature import UNSTABLE
from .target import Target

HELP = "make a finding's input smaller"
EXAMPLE = "scripts/ffh tmin results/latest/findings/FFH-DOUBLE-FREE-f-3f2a91c0 --time 60"

_WORKERS = 2
_FIRST = 3  # replays of the input, and what a result has to show every time
_LAST = 10  # replays of the result
_SCHEDULES = 300  # of one hunt: short, for there are many
_PROGRESS_SECONDS = 0.5
_RECORDED = re.compile(r"^recorded: switches: \d+ preemptions: (\d+)$", re.MULTILINE)


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "file",
        metavar="FINDING|FILE",
        type=Path,
        help="a finding's directory, a corpus file, or a plan text",
    )
    parser.add_argument(
        "-o",
        "--output",
        metavar="OUT",
        type=Path,
        help="where the result goes: a directory for a finding (default: min/ inside it), a plan "
        "text for a file (default: FILE.min)",
    )
    parser.add_argument(
        "--time",
        type=positive,
        default=120,
        metavar="S",
        help="seconds to search; the best so far is kept (default 120)",
    )
    add_common(parser)
    build.add_no_build(parser, "minimise with")


class TminError(exits.FfhError):
    """The input cannot be minimised, or the result cannot be written."""


class Enough(Exception):
    """The time is over."""


@dataclass
class Search:
    """Tries plans in fresh processes, two at a time, and remembers what came of each text."""

    target: Target
    env: dict[str, str]
    timeout: int
    folder: Path
    signature: str = ""
    deadline: float = 0.0
    tried: dict[str, bool] = field(default_factory=dict)
    hunted: set[str] = field(default_factory=set)
    counted: dict[str, int] = field(default_factory=dict)  # preemptions
    trail: list[Plan] = field(default_factory=list)  # everything accepted, the best last
    refusal: str = ""  # what the last compilation said
    _shown: float = 0.0

    def compile(self, text: str) -> Path | None:
        """The text's binary, None when the contract does not allow the plan."""
        handle, name = tempfile.mkstemp(suffix=".plan", dir=self.folder)
        with os.fdopen(handle, "w") as file:
            file.write(text)
        out = Path(name).with_suffix(".bin")
        code, _, message = replayer.compile_text(self.target.replay, Path(name), out, self.env)
        Path(name).unlink()
        self.refusal = message
        if code == exits.INTERNAL:
            raise RuntimeError(message)  # ends with FFH-INTERNAL and exit code 3
        return out if code == exits.PASS else None

    def replay(self, text: str, options: Sequence[str] = ()) -> Outcome | None:
        binary = self.compile(text)
        if binary is None:
            return None
        try:
            return replayer.replay(
                self.target.replay, binary, self.env, self.timeout, options=options
            )
        finally:
            binary.unlink(missing_ok=True)

    def record(self, plan: Plan, options: Sequence[str] = ()) -> Plan | None:
        """A run of the plan that showed the finding, with a switch for each choice that was made.
        None when the run did not show it, has more switches than a plan can hold, or does not
        repeat."""
        out = self.folder / "record.bin"
        out.unlink(missing_ok=True)
        outcome = self.replay(plantext.text_of(plan), ["--record", str(out), *options])
        if outcome is None or outcome.signature != self.signature or not out.exists():
            return None
        shown, text, _ = replayer.show(self.target.replay, out, self.env)
        said = _RECORDED.search(outcome.output)
        if shown != exits.PASS or not said or not self.shows(text):
            return None
        recorded = plantext.parse(text)
        for same in (recorded, *(() if options else (plan,))):
            self.counted[plantext.text_of(same)] = int(said[1])
        return recorded

    def preemptions(self, plan: Plan) -> int:
        text = plantext.text_of(plan)
        if text not in self.counted:
            self.record(plan)
        return self.counted.get(text, len(plan.switches))

    def hunt(self, plan: Plan) -> Plan | None:
        """The plan under some schedule that shows the finding."""
        plan = replace(plan, switches=(), seed=1, warm=0)
        text = plantext.text_of(plan)
        if text in self.hunted:
            return None
        self.hunted.add(text)
        for policy in ("pct", "mix"):
            if time.monotonic() >= self.deadline:
                raise Enough
            self.progress()
            found = self.record(plan, ["--schedules", str(_SCHEDULES), "--policy", policy])
            if found:
                self.trail.append(found)
                return found
        return None

    def shows(self, text: str) -> bool:
        """Whether the text's plan shows the finding that is wanted."""
        if text not in self.tried:
            outcome = self.replay(text)
            self.tried[text] = outcome is not None and outcome.signature == self.signature
        return self.tried[text]

    def first(self, candidates: Iterator[Plan]) -> tuple[int, Plan] | None:
        """The first candidate that shows the finding. Raises Enough when the time is over."""
        at = 0
        with ThreadPoolExecutor(_WORKERS) as pool:
            while batch := list(islice(candidates, _WORKERS)):
                if time.monotonic() >= self.deadline:
                    raise Enough
                self.progress()
                results = list(pool.map(self.shows, map(plantext.text_of, batch)))
                for number, (plan, good) in enumerate(zip(batch, results)):
                    if good:
                        self.trail.append(plan)
                        return at + number, plan
                at += len(batch)
        return None

    def order(self) -> None:
        """The best of the trail last, the input first."""

        def rank(plan: Plan) -> tuple[float, ...]:
            known = self.counted.get(plantext.text_of(plan), len(plan.switches))
            return shrink.rank(plan, known)

        self.trail[1:] = sorted(self.trail[1:], key=rank, reverse=True)

    def progress(self) -> None:
        """The live line; nothing in a file or a pipe."""
        now = time.monotonic()
        if sys.stderr.isatty() and now - self._shown >= _PROGRESS_SECONDS:
            self._shown = now
            line = f"ffh: {describe(self.trail[-1])}; {len(self.tried)} candidates tried"
            print(f"\r{line}\033[K", end="", file=sys.stderr, flush=True)

    def end_progress(self) -> None:
        if self._shown:
            print("\r\033[K", end="", file=sys.stderr, flush=True)


def describe(plan: Plan) -> str:
    """The size of a plan in words."""
    size = sum(shrink.weigh(value)[0] for call in plan.calls for _, value in call.arguments)
    counts = (
        (len(plan.calls), "call"),
        (len(plan.used_lanes()), "lane"),
        (len(plan.switches), "switch"),
        (size, "byte"),
    )
    return ", ".join(f"{number} {_plural(word, number)}" for number, word in counts)


def _plural(word: str, number: int) -> str:
    return word if number == 1 else f"{word}es" if word.endswith("ch") else f"{word}s"


def run(args: argparse.Namespace) -> int:
    args.flavor = flavor_of(args.file, args.flavor)
    env = profile.environment(args.flavor, paths.PROJECT)
    with (
        opened(args.file, args.target, args.flavor, env, build_first=args.build) as item,
        tempfile.TemporaryDirectory(prefix="ffh-tmin-") as folder,
    ):
        if item.empty:
            print(f"{item.source} is empty: an empty plan has nothing to run")
            return exits.PASS
        outcomes = _seen(item.target, item.file, env, args.timeout)
        code = _refuse(args.file, outcomes)
        if code is not None:
            return code
        shown, text, message = replayer.show(item.target.replay, item.file, env)
        if shown != exits.PASS:
            raise CorpusError(message or f"{item.source} cannot be shown")
        search = Search(item.target, env, args.timeout, Path(folder), outcomes[0].signature)
        return _minimise(args, search, plantext.parse(text))


def _seen(target: Target, file: Path, env: dict[str, str], timeout: int) -> list[Outcome]:
    """What the input shows. A hang is waited for once; the result is looked at more often."""
    outcomes = [replayer.replay(target.replay, file, env, timeout)]
    while len(outcomes) < _FIRST and outcomes[0].rule != "FFH-TIMEOUT":
        outcomes.append(replayer.replay(target.replay, file, env, timeout))
    return outcomes


def _refuse(path: Path, outcomes: list[Outcome]) -> int | None:
    """The exit code for an input that cannot be minimised; None for one that can."""
    bad = next((o for o in outcomes if o.kind not in (FINDING, NOTHING)), None)
    if bad is not None and bad.kind == INTERNAL:
        print(f"FFH-INTERNAL: {bad.message}", file=sys.stderr)
        return exits.INTERNAL
    if bad is not None:
        raise CorpusError(bad.message or f"{path} cannot be replayed")
    labels = sorted({outcome.label for outcome in outcomes})
    if len(labels) > 1:
        print(f"{path}: the runs disagree, so nothing can be minimised: {'; '.join(labels)}")
        return exits.INTERNAL
    if outcomes[0].kind == NOTHING:
        print(f"{path}: nothing found, so there is nothing to minimise")
        return exits.PASS
    return None


def _minimise(args: argparse.Namespace, search: Search, plan: Plan) -> int:
    started = time.monotonic()
    search.deadline = started + args.time
    search.trail.append(plan)
    why = "nothing smaller shows it"
    try:
        last = shrink.renumber(_shrunk(search, plan))
        search.order()
        search.trail.append(last)
    except Enough:
        search.order()
        why = f"{args.time} s are over; more --time may give less"
    except KeyboardInterrupt:
        search.order()
        why = "interrupted"
    finally:
        search.end_progress()
    seconds = time.monotonic() - started
    best, outcomes = _final(search)
    if best is None:
        print(f"{args.file}: the runs of its plan's text disagree; nothing is written")
        return exits.INTERNAL
    same = [outcome for outcome in outcomes if outcome.signature == search.signature]
    where = _write(args, search, best, same[0], f"{len(same)} of {len(outcomes)}")
    print(plantext.text_of(best), end="")
    print(f"{search.signature}  {len(same)} of {len(outcomes)}")
    print(f"before: {describe(plan)}")
    print(f"after:  {describe(best)}; {len(search.tried)} candidates, {seconds:.0f} s, {why}")
    if best.policy == "fixed" and best.switches:
        print(f"preemptions: {search.preemptions(best)}")
    print(f"written: {where}")
    return exits.FINDING if len(same) == len(outcomes) else exits.INTERNAL


def _shrunk(search: Search, plan: Plan) -> Plan:
    """The smallest plan. Where a run can be recorded the policy's choices become switches, of which
    most can go."""
    hangs = search.signature.startswith(UNSTABLE)  # each schedule would take as long as the limit
    hunt = None if hangs else search
    recorded = search.record(plan)
    if recorded:
        search.trail.append(recorded)
        return shrink.shrink(recorded, search.first, hunt)
    found = hunt.hunt(plan) if hunt else None  # too many switches to write down, mostly
    return shrink.shrink(found or plan, search.first, hunt)


def _final(search: Search) -> tuple[Plan | None, list[Outcome]]:
    """The best plan that shows the finding 3 of 3 times, and all its replays. A plan that does not
    is passed over for earlier ones, in growing steps."""
    at, step = len(search.trail) - 1, 1
    while True:
        text = plantext.text_of(search.trail[at])
        outcomes = _again(search, text, _FIRST)
        if all(outcome.signature == search.signature for outcome in outcomes):
            more = _LAST - _FIRST if outcomes[0].rule != "FFH-TIMEOUT" else 0
            return search.trail[at], outcomes + _again(search, text, more)
        if at == 0:
            return None, []
        at, step = max(0, at - step), step * 2


def _again(search: Search, text: str, times: int) -> list[Outcome]:
    with ThreadPoolExecutor(_WORKERS) as pool:
        found = list(pool.map(search.replay, [text] * times))
    if None in found:  # it could be before
        raise TminError(f"the result cannot be compiled: {search.refusal}")
    return [outcome for outcome in found if outcome is not None]


def _write_program(
    out: Path, shown: Path, target: Target, plan: str, report: dict[str, Any]
) -> None:
    """repro.c of the smaller plan; without one, the report says why."""
    try:
        program = repro_c.for_finding(target.build, target.name, target.model, plan, report)
    except repro_c.ReproError as error:
        report["notes"] = [*report["notes"], f"there is no repro.c: {error}"]
        return
    write_atomic(out / "repro.c", program.encode())
    report["program"] = repro_c.program(target.build, target.name, target.flavor, str(shown), plan)


def _write(
    args: argparse.Namespace, search: Search, plan: Plan, outcome: Outcome, reproduced: str
) -> Path:
    """Writes the result: a directory for a finding, a text for a file."""
    text = plantext.text_of(plan)
    out: Path = args.output or (
        args.file / "min" if args.file.is_dir() else Path(f"{args.file}.min")
    )
    if out.resolve() == args.file.resolve():
        raise TminError(f"{out} is the input itself; name another place with -o")
    try:
        if not args.file.is_dir():
            write_atomic(out, text.encode())
            return out
        binary = search.compile(text)
        shown = out.resolve()
        if shown.is_relative_to(paths.PROJECT):
            shown = shown.relative_to(paths.PROJECT)
        command = f"scripts/ffh repro {shown}"
        report = make_report(outcome, search.target, search.signature, text, command)
        report["reproduced"] = reproduced
        report["minimised"] = True
        _write_program(out, shown, search.target, text, report)
        write_atomic(out / "plan.txt", text.encode())
        write_atomic(out / "input", binary.read_bytes() if binary else b"")
        write_atomic(out / "report.json", to_json(report))
        write_atomic(out / "report.txt", render(report).encode())
    except OSError as error:
        raise TminError(f"cannot write {out}: {os.strerror(error.errno or 0)}") from error
    return out
