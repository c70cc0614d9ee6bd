"""The replay contract: an input that is run twice does the same twice. Checked in batches, because
most of a process's time is its start; what differs in a batch is looked at alone, in processes of its
own."""

from __future__ import annotations

import itertools
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from . import events, replayer
from .replayer import FINDING, INTERNAL, USAGE, Outcome

_FIRST_BATCH, _LARGEST_BATCH = 16, 256
_BATCH_SECONDS = 2.0  # a run that is to stop waits for the present batch
_ALONE = 4  # replays of what differed in a batch


@dataclass
class Difference:
    """An input whose runs disagree. `logs` are the events of two of them, [] when only runs that
    followed other inputs disagree."""

    file: Path
    first: str
    outcomes: list[Outcome] = field(default_factory=list)
    logs: list[Path] = field(default_factory=list)

    @property
    def not_controlled(self) -> str:
        return next((o.not_controlled for o in self.outcomes if o.not_controlled), "")

    def ran(self) -> list[str]:
        """How often each outcome and trace was seen."""
        counts = Counter(outcome.identity for outcome in self.outcomes)
        return [
            f"{label}{f' trace {trace}' if trace else ''}: {number} of {len(self.outcomes)}"
            for (label, trace), number in counts.most_common()
        ]


@dataclass
class Checked:
    """What came of the inputs that were run twice."""

    files: int = 0
    lines: dict[Path, str] = field(default_factory=dict)  # of those that did the same twice
    different: list[Difference] = field(default_factory=list)
    after_others: list[Difference] = field(default_factory=list)  # alone they are the same
    findings: list[tuple[Path, Outcome]] = field(default_factory=list)
    not_controlled: Counter[str] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)
    internal: list[str] = field(default_factory=list)


def runs_differ(outcomes: Sequence[Outcome]) -> bool:
    return len({outcome.identity for outcome in outcomes}) > 1


class Check:
    """Checks inputs of one replay binary. `scratch` is a directory of its own."""

    def __init__(
        self,
        binary: Path,
        env: dict[str, str],
        scratch: Path,
        timeout: int,
        stopped: Callable[[], bool] = lambda: False,
    ) -> None:
        self._binary = binary
        self._env = env
        self._scratch = scratch
        self._timeout = timeout
        self._stopped = stopped
        self._logs = itertools.count()
        self._size = _FIRST_BATCH
        self.result = Checked()

    def files(self, files: Sequence[Path]) -> Checked:
        """Runs each file twice. Adds to, and returns, what came of all so far."""
        left = list(files)
        while left and not self._stopped() and not self.result.problems:
            begin = time.monotonic()
            left = left[self._batch(left[: self._size]) :]
            quick = time.monotonic() - begin < _BATCH_SECONDS
            self._size = min(_LARGEST_BATCH, 2 * self._size) if quick else max(1, self._size // 2)
        return self.result

    def _batch(self, files: list[Path]) -> int:
        """Runs a batch twice and returns how many of its files are done."""
        (first, ended), (second, _) = (
            replayer.traces(self._binary, files, self._env, self._timeout) for _ in range(2)
        )
        if ended.kind == USAGE and not first:
            self.result.problems.append(ended.message)
            return 0
        done = min(len(first), len(second))
        for file, one, two in zip(files, first, second, strict=False):
            if one == two:
                self._same(file, one)
            else:
                self._alone(file, f"{one}; the other run: {two}")
        if done < len(files):
            self._alone(files[done], "")
            done += 1
        return done

    def _same(self, file: Path, line: str) -> None:
        self.result.files += 1
        self.result.lines[file] = line
        if name := replayer.not_controlled(line):
            self.result.not_controlled[name] += 1

    def _alone(self, file: Path, in_batch: str) -> None:
        found = alone(self._binary, file, self._env, self._timeout, self._log, _ALONE)
        self.result.files += 1
        worst = next((o for o in found.outcomes if o.kind in (INTERNAL, USAGE)), None)
        if worst:
            where = self.result.internal if worst.kind == INTERNAL else self.result.problems
            where.append(worst.message)
        elif found.first:
            self.result.different.append(found)
        elif found.outcomes[0].kind == FINDING:
            self.result.findings.append((file, found.outcomes[0]))
        elif in_batch:
            found.first = in_batch
            self.result.after_others.append(found)
        if found.not_controlled:
            self.result.not_controlled[found.not_controlled] += 1

    def _log(self) -> Path:
        return self._scratch / f"events-{next(self._logs)}"


def alone(
    binary: Path,
    file: Path,
    env: dict[str, str],
    timeout: int,
    log: Callable[[], Path],
    times: int,
) -> Difference:
    """Replays a file in processes of its own, up to `times` or until two disagree. `first` is then
    what they did differently first, else ""."""
    outcomes: list[Outcome] = []
    logs: list[Path] = []
    for number in range(times):
        logs.append(log())
        outcomes.append(replayer.replay(binary, file, env, timeout, logs[-1]))
        if outcomes[-1].identity != outcomes[0].identity:
            return Difference(file, _first(outcomes, logs, binary), outcomes, [logs[0], logs[-1]])
        if number:
            logs.pop().unlink(missing_ok=True)
    for path in logs:
        path.unlink(missing_ok=True)
    return Difference(file, "", outcomes)


def _first(outcomes: list[Outcome], logs: list[Path], binary: Path) -> str:
    try:
        found = events.first_difference(logs[0], logs[-1], binary)
    except OSError:
        found = ""
    if found:
        return found
    one, two = outcomes[0], outcomes[-1]
    return f"the events are the same; one run: {one.label}; the other run: {two.label}"
