"""The live line of a run, the series behind it, and the summary at the end."""

from __future__ import annotations

import csv
import io
import sys
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any, TextIO

from .fuzzer import Snapshot
from .stats import Coverage

_PLAIN_EVERY = 5.0  # seconds between lines when the output is not a terminal
SERIES = (
    "seconds",
    "runs",
    "runs_per_second",
    "coverage",
    "features",
    "functions_reached",
    "error_paths_reached",
    "findings",
)


def count(number: float) -> str:
    """A number of any size in at most five characters."""
    for limit, suffix in ((1e9, "G"), (1e6, "M"), (1e4, "k")):
        if number >= limit:
            scaled = number / (1e3 if suffix == "k" else limit)
            return f"{scaled:.1f}{suffix}" if scaled < 100 else f"{scaled:.0f}{suffix}"
    return f"{number:.0f}"


def line(name: str, now: Snapshot, rate: float, coverage: Coverage) -> str:
    return (
        f"{name}  {now.seconds:.0f}s  runs {count(now.stats.runs)}  {count(rate)} runs/s  "
        f"cov {now.cov} ft {now.features}  "
        f"functions {len(coverage.reached)}/{len(coverage.functions)}  "
        f"error paths {coverage.error_paths_reached}/{len(coverage.error_paths)}  "
        f"findings {now.findings}"
    )


class Series:
    """One row for each moment: series.csv."""

    def __init__(self) -> None:
        self._rows: list[tuple[Any, ...]] = []
        self._last: Snapshot | None = None
        self.rate = 0.0

    def add(self, now: Snapshot, coverage: Coverage) -> None:
        last = self._last
        if last and now.seconds > last.seconds:
            self.rate = (now.stats.runs - last.stats.runs) / (now.seconds - last.seconds)
        elif now.seconds > 0:
            self.rate = now.stats.runs / now.seconds
        self._last = now
        self._rows.append(
            (
                f"{now.seconds:.1f}",
                now.stats.runs,
                f"{self.rate:.0f}",
                now.cov,
                now.features,
                len(coverage.reached),
                coverage.error_paths_reached,
                now.findings,
            )
        )

    def csv(self) -> str:
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(SERIES)
        writer.writerows(self._rows)
        return text.getvalue()


class Live:
    """Shows one changing line on a terminal, or a plain line now and then elsewhere."""

    def __init__(self, quiet: bool = False, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stderr
        self._quiet = quiet
        self._update: Callable[[str], None] = self._plain
        self._live: Any = None
        self._printed = 0.0

    def __enter__(self) -> Live:
        if not self._quiet and self._stream.isatty():
            from rich.console import Console
            from rich.live import Live as RichLive
            from rich.text import Text

            self._live = RichLive(
                Text(""), console=Console(file=self._stream), refresh_per_second=4, transient=True
            )
            self._live.__enter__()
            self._update = lambda text: self._live.update(Text(text))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._live is not None:
            self._live.__exit__(kind, error, trace)

    def _plain(self, text: str) -> None:
        now = time.monotonic()
        if now - self._printed >= _PLAIN_EVERY:
            self._printed = now
            print(text, file=self._stream, flush=True)

    def say(self, text: str) -> None:
        """A line that stays."""
        if self._live is not None:
            self._live.console.print(text, markup=False, highlight=False)
        elif not self._quiet:
            print(text, file=self._stream, flush=True)

    def update(self, text: str) -> None:
        if not self._quiet:
            self._update(text)


def inner_lines(cover: dict[str, Any]) -> list[str]:
    """How often the functions behind a facade were checked. One that was not reached is never passed."""
    checked = {name: calls for name, calls in cover.get("inner", {}).items() if calls}
    if not cover.get("inner"):
        return []
    lines = [
        f"  inner edge checked   {len(checked)} of {len(cover['inner'])} functions, "
        f"{count(sum(checked.values()))} calls"
    ]
    if cover["inner_not_covered"]:
        lines.append("  not covered: " + ", ".join(cover["inner_not_covered"]))
    return lines


def missed_lines(error_paths: list[dict[str, Any]]) -> list[str]:
    """The ways to fail that the contract names and no call took."""
    missed: dict[str, list[str]] = {}
    for path in error_paths:
        if not path["reached"]:
            what = path["what"] if path["kind"] == "failure" else f"rejects {path['what']}"
            hint = "" if path.get("promised", True) else " (no FFH_REJECTS names it)"
            missed.setdefault(path["function"], []).append(f"{what}{hint}")
    return [
        f"  error path never reached: {function}: {', '.join(what)}"
        for function, what in missed.items()
    ]


def summary(result: dict[str, Any]) -> str:
    """The end of one target's run as text. `result` is a target's entry of run.json."""
    cover = result["coverage"]
    speed = (
        f"{result['target']}: {count(result['runs'])} runs in {result['seconds']:.0f} s "
        f"({count(result['runs_per_second'])} runs/s, {count(result['calls'])} calls), "
        f"cov {result['cov']}, features {result['features']}, corpus {result['corpus']['files']}"
    )
    lines = [
        speed,
        f"  functions reached    {cover['functions_reached']} of {cover['functions']}",
        f"  error paths reached  {cover['error_paths_reached']} of {cover['error_paths']}",
    ]
    began = result["runs"] > 0 or not result["findings"]  # else FFH-START: there is nothing to say
    if began and cover["functions_unreached"]:
        lines.append("  never called: " + ", ".join(cover["functions_unreached"]))
    lines += inner_lines(cover) if began else []
    lines += missed_lines(cover["error_path_list"]) if began else []
    for note in result["notes"]:
        lines.append(f"  note: {note}")
    for finding in result["findings"]:
        lines += [
            f"  FINDING {finding['signature']}",
            f"    {finding['message']}",
            f"    seen {finding['count']} times, reproduced {finding['reproduced']}",
            f"    {finding['path']}",
        ]
    if not result["findings"]:
        lines.append("  no findings")
    lines += [f"  {line}" for line in replay_lines(result["replayed"])]
    if result.get("left_by_exit"):
        lines.append(f"  left by exit()       {result['left_by_exit']} inputs")
    return "\n".join(lines)


def replayed(result: dict[str, Any]) -> str:
    """How many of the inputs that were run twice did the same twice."""
    inputs = result["inputs"]
    return f"{inputs - _differ(result)}/{inputs}"


def _differ(result: dict[str, Any]) -> int:
    kept = sum(one["kind"] == "corpus" for one in result["nondeterministic"])
    return kept + int(result["not_controlled_different"])


def replay_lines(result: dict[str, Any]) -> list[str]:
    """What came of running new inputs twice, as lines of text."""
    lines = []
    if result["inputs"]:
        lines.append(
            f"replayed             {replayed(result).replace('/', ' of ')} new inputs did the same twice"
        )
    if result["unchecked"]:
        lines.append(f"not replayed: {result['unchecked']} new inputs, the run was ended before")
    if result["after_others"]:
        lines.append(
            f"note: {result['after_others']} inputs differed only after other inputs in one process"
        )
    for name, number in result["not_controlled"].items():
        lines.append(f"not controlled: {name}, in {number} inputs")
    if result["not_controlled_different"]:
        lines.append(f"of these, {result['not_controlled_different']} did not do the same twice")
    for one in result["nondeterministic"]:
        because = f" (not controlled: {one['not_controlled']})" if one["not_controlled"] else ""
        lines += [
            f"DOES NOT REPLAY {one['name']}{because}",
            f"  first difference: {one['first_difference']}",
            *(f"  {outcome}" for outcome in one["outcomes"]),
            f"  {one['path']}",
        ]
    return lines
