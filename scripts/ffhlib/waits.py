"""Who waits for what, of a finding that the scheduler made: the `waits` of the runtime's report."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from .sanitizer_report import Frame, Stack

_ADDRESS = re.compile(r"^0x[0-9a-f]+$")


@dataclass(frozen=True)
class Wait:
    """One thread: a lane by its letter, a thread of the library as T1, T2, ..."""

    thread: str
    started_by: str
    blocked: bool
    op: str  # "lock", "wait", ...
    inside: str  # the modelled function, "" for a memory access
    object: int  # numbered in the order in which objects come up; 0: none
    held_by: str  # "" when nobody holds it, or it is not known who
    stack: Stack

    @property
    def name(self) -> str:
        return name_of(self.thread)

    @property
    def is_lane(self) -> bool:
        return not self.thread[1:].isdigit()


def name_of(thread: str) -> str:
    """A thread as people read it."""
    return f"thread {thread}" if thread[1:].isdigit() else f"lane {thread}"


def _frame(entry: Any) -> Frame | None:
    """A frame of a report; None for an address that nobody gave a name."""
    function = str(entry.get("function") or "") if isinstance(entry, dict) else ""
    if not function or _ADDRESS.match(function):
        return None
    return Frame(function, str(entry.get("location") or ""))


def _one(entry: dict[str, Any]) -> Wait:
    entries = entry.get("stack")
    frames = [_frame(one) for one in entries] if isinstance(entries, list) else []
    thread = str(entry.get("thread") or "?")
    return Wait(
        thread,
        str(entry.get("started_by") or ""),
        bool(entry.get("blocked")),
        str(entry.get("op") or ""),
        str(entry.get("in") or ""),
        int(entry.get("object") or 0),
        str(entry.get("held_by") or ""),
        Stack("wait", thread, tuple(frame for frame in frames if frame)),
    )


def of(report: dict[str, Any]) -> list[Wait]:
    """The threads of a runtime's report."""
    entries = report.get("waits")
    return (
        [_one(entry) for entry in entries if isinstance(entry, dict)]
        if isinstance(entries, list)
        else []
    )


def cycle(waits: list[Wait]) -> list[Wait]:
    """The threads that wait for each other in a ring, [] when no ring is known. A thread that only
    waits for one of them is not part of it."""
    by_thread = {wait.thread: wait for wait in waits}
    for first in waits:
        ring: list[Wait] = []
        at: Wait | None = first
        while at is not None and at not in ring:
            ring.append(at)
            at = by_thread.get(at.held_by)
        if at is not None:
            return ring[ring.index(at) :]
    return []


def running(report: dict[str, Any], waits: list[Wait]) -> Wait | None:
    """The thread that the report is about."""
    said = str(report.get("thread") or "").rsplit(" ", 1)[-1]
    return next((wait for wait in waits if wait.thread == said), None)


def sentence(wait: Wait) -> str:
    """What a thread is doing, in words."""
    started = f", started by {name_of(wait.started_by)}," if wait.started_by else ""
    inside = wait.inside or f"the library ({wait.op})"
    text = f"{wait.name}{started} {'waits' if wait.blocked else 'is'} in {inside}"
    if wait.object and wait.inside:
        text += f" for object {wait.object}" if wait.blocked else f" on object {wait.object}"
    if wait.held_by == wait.thread:
        text += ", which it holds itself"
    elif wait.held_by:
        text += f", which {name_of(wait.held_by)} holds"
    return text


def lines(report: dict[str, Any], with_running: bool = True) -> list[str]:
    """One line for each thread that is blocked in the library, with the frame where it stands; also
    for the one that the report is about, where nothing else tells about that."""
    known = of(report)
    guilty = running(report, known)
    found = []
    for wait in known:
        if wait.blocked or (wait is guilty and with_running):
            where = _own_frame(wait)
            if where:
                function, file = where.function.split("(", 1)[0], where.location.rsplit("/", 1)[-1]
                found.append(f"{sentence(wait)}, at {function} {file}")
            else:
                found.append(sentence(wait))
    return found


def _own_frame(wait: Wait) -> Frame | None:
    """The innermost frame that is not of a system header or of the harness's own locks."""
    return next(
        (
            frame
            for frame in wait.stack.frames
            if frame.location
            and not re.search(r"^/usr/|(?:^|/)harness/sched/|\+0x", frame.location)
        ),
        None,
    )
