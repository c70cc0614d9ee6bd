"""What the threads of a run did, in the order in which they did it: events joined with the calls of the
plan. The data of `ffh show` on a finding."""

from __future__ import annotations

import re
from collections import defaultdict, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from .events import BOUNDARY, SWITCH, Event, Symbols
from .waits import name_of

_ENTER = "call"
_LONGEST = 60  # characters of a call
_LONGEST_VALUE = 16
_LINE = re.compile(r"^([A-Z]{1,2}): (.*)$")
_SYNC = ("lock", "unlock", "wait", "wake", "thread start", "join", "thread exit", "sleep")
_STEPS = 12  # of one thread's operations between two switches


@dataclass
class Row:
    """One line of the listing, in the column of a thread. `kind` is call, end, step, out (goes out to
    another thread) or note."""

    points: int
    thread: str
    text: str
    kind: str


@dataclass
class Listing:
    threads: list[str]
    rows: list[Row] = field(default_factory=list)
    left_out: int = 0


@dataclass
class _Call:
    number: int
    lane: str
    outcome: str
    text: str
    skipped: bool
    begun: bool = False
    switched: bool = False  # others ran meanwhile


def shorten(call: str) -> str:
    """A call of a plan's text with long values cut, at most one line long."""
    text = re.sub(r'"((?:[^"\\]|\\.)*)"', lambda m: f'"{_cut(m[1], _LONGEST_VALUE)}"', call)
    text = re.sub(r"\{[^{}]*\}", lambda m: m[0] if len(m[0]) <= _LONGEST_VALUE else "{...}", text)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 4]}...)"


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else f"{text[: limit - 3]}..."


def plan_calls(plan: str) -> list[str]:
    """The calls of a plan's text in the order of their numbers, without the lane."""
    return [match[2] for line in plan.splitlines() if (match := _LINE.match(line))]


def calls_of(report: dict[str, Any]) -> list[_Call]:
    """Every call of a run in the order in which they came back, those that did not at the end."""
    texts = plan_calls(str(report.get("plan") or ""))
    calls = []
    for entry in report.get("order") or []:
        number, lane, outcome, *rest = entry
        text = texts[number] if number < len(texts) else ""
        if not text and rest:
            text = f"{rest[0]}({', '.join(rest[1:])})"
        calls.append(_Call(number, lane, outcome, shorten(text or "?"), outcome == "skipped"))
    return calls


class _Reader:
    """Turns events into rows. The n-th call that comes back is the n-th of the report's order."""

    def __init__(self, report: dict[str, Any], symbols: Symbols) -> None:
        self._symbols = symbols
        self._calls = calls_of(report)
        self._back = 0  # how many have come back
        self._next: dict[str, deque[_Call]] = defaultdict(deque)
        for call in self._calls:
            self._next[call.lane].append(call)
        self._now: dict[str, _Call] = {}
        self._steps: dict[str, list[Row]] = defaultdict(list)
        self.rows: list[Row] = []

    def read(self, events: list[Event]) -> list[Row]:
        for event in events:
            if event.what == BOUNDARY:
                self._came_back(event)
            elif event.what == _ENTER:
                self._entered(event)
            elif event.what == SWITCH:
                self._switched(event)
            elif event.what in _SYNC:
                self._steps[event.thread].append(self._step(event))
        for steps in self._steps.values():
            self._flush(steps)
        return self.rows

    def _step(self, event: Event) -> Row:
        place = self._symbols.name(event.place)
        return Row(
            event.points, event.thread, f"{event.what}{f'  {place}' if place else ''}", "step"
        )

    def _flush(self, steps: list[Row]) -> None:
        for row in steps[-_STEPS:]:
            self.rows.append(row)
        steps.clear()

    def _entered(self, event: Event) -> None:
        """The first of the two events of a call; the second is its return."""
        waiting = self._next[event.thread]
        while waiting and waiting[0].skipped:
            waiting.popleft()
        if event.thread in self._now or not waiting:
            return
        call = waiting.popleft()
        self._now[event.thread] = call
        call.begun = True
        self.rows.append(Row(event.points, event.thread, f"{call.number} {call.text}", "call"))

    def _came_back(self, event: Event) -> None:
        if self._back >= len(self._calls):
            return
        call = self._calls[self._back]
        self._back += 1
        if call.skipped:
            return
        self._now.pop(call.lane, None)
        steps = self._steps[call.lane]
        if call.switched:
            self._flush(steps)
            self.rows.append(
                Row(event.points, call.lane, f"{call.number} back: {call.outcome}", "end")
            )
        else:
            own = next((r for r in reversed(self.rows) if r.thread == call.lane), None)
            if own and own.kind == "call":
                own.text += f" -> {call.outcome}"
        steps.clear()

    def _switched(self, event: Event) -> None:
        call = self._now.get(event.thread)
        inside = call is not None or not event.thread.isalpha()
        if not inside:
            return
        if call:
            call.switched = True
        self._flush(self._steps[event.thread])
        place = self._symbols.name(event.place)
        at = f" at {place}" if place else ""
        self.rows.append(Row(event.points, event.thread, f"{name_of(event.to)} goes on{at}", "out"))


def listing(
    events: list[Event], report: dict[str, Any], symbols: Symbols, limit: int = 0
) -> Listing:
    """The listing of a run. With a limit, only that many rows at its end."""
    events = _without_our_own(events, symbols)
    symbols.load(event.place for event in events if event.what != BOUNDARY)
    rows = _Reader(report, symbols).read(events)
    rows.sort(
        key=lambda row: row.points
    )  # a thread's steps are only kept once they turn out to matter
    left_out = max(0, len(rows) - limit) if limit else 0
    shown = [*_open_calls(rows[:left_out], rows[left_out:]), *rows[left_out:]]
    return Listing(sorted({row.thread for row in shown}, key=_order), shown, left_out)


def _open_calls(before: list[Row], shown: list[Row]) -> list[Row]:
    """The calls that had begun before the rows that are shown and in which their threads go on there."""
    found = []
    for thread in {row.thread for row in shown}:
        first = next(row for row in shown if row.thread == thread)
        last = next(
            (r for r in reversed(before) if r.thread == thread and r.kind in ("call", "end")), None
        )
        if first.kind != "call" and last and last.kind == "call" and "->" not in last.text:
            found.append(last)
    return sorted(found, key=lambda row: (row.points, row.thread))


def _order(thread: str) -> tuple[bool, int, str]:
    return not thread.isalpha(), len(thread), thread


def _without_our_own(events: list[Event], symbols: Symbols) -> list[Event]:
    """Without what the harness did to report the end."""
    last = len(events)
    while last and symbols.name(events[last - 1].place).startswith("ffh_"):
        last -= 1
    return events[:last]


def how_it_ended(report: dict[str, Any]) -> Iterator[str]:
    """The end of a run as lines of text."""
    yield f"{report.get('rule') or 'the run ended'}: {report.get('message') or '?'}"
    for call in report.get("in_flight") or []:
        yield f"lane {call.get('lane')} is in {call.get('function')} (call {call.get('call')})"
