"""The events of a run: what `<target>-replay --events FILE` writes, one line an event, and where two
runs differ first."""

from __future__ import annotations

import itertools
import json
import re
import shutil
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from .signature import normalise

_LINE = re.compile(
    r"^(?P<points>\d+) (?P<thread>\w+) (?:switch to (?P<to>\w+)|(?P<what>.+?)) 0x(?P<place>[0-9a-f]+)$"
)
_SYMBOLIZERS = ("llvm-symbolizer-19", "llvm-symbolizer")
BOUNDARY = "boundary"  # a call has come back or was skipped; its place is no place in the code
SWITCH = "switch"


@dataclass(frozen=True)
class Event:
    """`points` were passed when it happened; `place` is relative to the executable, 0: unknown."""

    points: int
    thread: str
    what: str
    place: int
    to: str = ""  # of a switch: who goes on

    def line(self, symbols: Symbols | None = None) -> str:
        what = f"switch to {self.to}" if self.what == SWITCH else self.what
        place = symbols.name(self.place) if symbols and self.what != BOUNDARY else ""
        return f"point {self.points}: {self.thread} {what}{f' at {place}' if place else ''}"


def parse_line(text: str) -> Event | None:
    match = _LINE.match(text)
    if not match:
        return None
    return Event(
        int(match["points"]),
        match["thread"],
        SWITCH if match["to"] else match["what"],
        int(match["place"], 16),
        match["to"] or "",
    )


def read(path: Path) -> list[Event]:
    """The events of a file; [] when the run wrote none."""
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []
    return [event for line in lines if (event := parse_line(line))]


class Symbols:
    """Names for places in one executable."""

    def __init__(self, binary: Path) -> None:
        self._binary = binary
        self._names: dict[int, str] = {}

    def load(self, places: Iterable[int]) -> None:
        """Asks for all of these at once."""
        wanted = sorted({place for place in places if place and place not in self._names})
        program = _symbolizer()
        if not wanted or not program:
            return
        # A place is a return address: what happened is before it.
        command = [program, f"--obj={self._binary}", "--relative-address", "--output-style=JSON"]
        try:
            done = subprocess.run(
                command,
                input="".join(f"{place - 1:#x}\n" for place in wanted),
                capture_output=True,
                text=True,
                errors="replace",
                timeout=120,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired):
            return
        lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
        if len(lines) == len(wanted):
            for place, line in zip(wanted, lines, strict=True):
                self._names[place] = _shown(json.loads(line).get("Symbol") or [])

    def name(self, place: int) -> str:
        """The function with file and line, or the place itself."""
        if not place:
            return ""
        if place not in self._names:
            self.load([place])
        return self._names.get(place) or f"{place:#x}"


@lru_cache(maxsize=1)
def _symbolizer() -> str:
    return next((path for name in _SYMBOLIZERS if (path := shutil.which(name))), "")


def _shown(frames: list[dict[str, Any]]) -> str:
    """The innermost function of the project's and the library's own code: what was inlined from a
    system header says nothing about the place."""
    own = [frame for frame in frames if not str(frame.get("FileName")).startswith("/usr/")]
    for frame in own or frames:
        name = normalise(str(frame.get("FunctionName") or ""))
        file = str(frame.get("FileName") or "").rsplit("/", 1)[-1]
        location = f"{file}:{frame.get('Line')}" if file else ""
        return f"{name} {location}".strip()
    return ""


def first_difference(one: Path, two: Path, binary: Path) -> str:
    """What the two runs did differently first, in one line; "" when their events are the same."""
    with (
        one.open(encoding="utf-8", errors="replace") as a,
        two.open(encoding="utf-8", errors="replace") as b,
    ):
        for number, (left, right) in enumerate(itertools.zip_longest(a, b), 1):
            if left != right:
                return _difference(number, left, right, Symbols(binary))
    return ""


def _difference(number: int, left: str | None, right: str | None, symbols: Symbols) -> str:
    def shown(line: str | None) -> str:
        if line is None:
            return "the run is over"
        event = parse_line(line.rstrip("\n"))
        return event.line(symbols) if event else line.strip()

    return f"event {number}: {shown(left)}; the other run: {shown(right)}"
