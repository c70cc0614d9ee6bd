"""What becomes of an input that stopped a fuzz process: replayed as it is, then in a process that has
run it before, then under other schedules, until something shows it again."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from . import determinism, replayer
from .determinism import Difference
from .replayer import FINDING, NOTHING, Outcome
from .target import Target

REPLAYS = 3
HUNTED = 300  # schedules tried for a finding whose own does not show it again


@dataclass(frozen=True)
class Replayed:
    """An input, its plan as text, and what its replays did."""

    data: bytes
    plan: str
    found: Difference

    @property
    def shows(self) -> bool:
        return any(outcome.kind == FINDING for outcome in self.found.outcomes)

    @property
    def shows_nothing(self) -> bool:
        return all(outcome.kind == NOTHING for outcome in self.found.outcomes)


@dataclass(frozen=True)
class Triage:
    """`first` is what the fuzz process said; `scratch` is a directory of the calling thread's own."""

    target: Target
    first: Outcome
    env: dict[str, str]
    scratch: Path
    timeout: int
    _logs: Iterator[int] = field(default_factory=itertools.count)

    def replay(self, data: bytes) -> Replayed:
        file = self.scratch / f"input-{hashlib.sha1(data, usedforsecurity=False).hexdigest()}"
        file.write_bytes(data)
        _, plan, _ = replayer.show(self.target.replay, file, self.env)
        times = 1 if self.first.rule == "FFH-TIMEOUT" else REPLAYS
        found = determinism.alone(
            self.target.replay, file, self.env, self.timeout, self._log, times
        )
        file.unlink(missing_ok=True)
        return Replayed(data, plan, found)

    def again(self, cold: Replayed) -> Replayed | None:
        """The same calls in such a way that every replay shows a finding; None: there is none."""
        for make in (self._warm, self._hunted):
            data = make(cold)
            if data:
                tried = self.replay(data)
                if tried.shows and not tried.found.first:
                    return tried
        return None

    def _warm(self, cold: Replayed) -> bytes:
        """The plan for a process that runs it once before, as the fuzz process had run others: what
        a library does only once is then behind it."""
        head, line, rest = cold.plan.partition("\nschedule ")
        settings, _, calls = rest.partition("\n")
        if not line or " warm=1" in settings:
            return b""
        text, out = self.scratch / "warm.plan", self.scratch / "warm"
        text.write_text(f"{head}{line}{settings} warm=1\n{calls}")
        code, _, _ = replayer.compile_text(self.target.replay, text, out, self.env)
        return out.read_bytes() if code == 0 else b""

    def _hunted(self, cold: Replayed) -> bytes:
        """Under a schedule that ends in the same rule: what the fuzz process had run before can have
        moved the points at which its own switches."""
        file, saved = self.scratch / "hunted", self.scratch / "hunted-schedule"
        file.write_bytes(cold.data)
        saved.unlink(missing_ok=True)
        options = ["--schedules", str(HUNTED), "--policy", "mix", "--save", str(saved)]
        outcome = replayer.replay(self.target.replay, file, self.env, self.timeout, options=options)
        shown = outcome.kind == FINDING and outcome.rule == self.first.rule and saved.is_file()
        return saved.read_bytes() if shown else b""

    def _log(self) -> Path:
        return self.scratch / f"events-{next(self._logs)}"
