"""Inputs that do not replay: results/.../quarantine/<name>/ with the input, the events of two runs and
what they did differently first. Such an input is never a finding; that it exists is a result."""

from __future__ import annotations

import threading
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from .determinism import Difference
from .results import Results, safe_name

_AROUND = 2000  # events kept on each side of the difference, of logs that are too long
_LONGEST = 8 << 20


@dataclass
class Entry:
    """`not_controlled` names what made the run depend on something outside, "" when nothing did:
    then the harness is at fault, or the library depends on time or addresses."""

    name: str
    target: str
    kind: str  # corpus or finding
    first_difference: str
    outcomes: list[str]
    not_controlled: str
    path: str
    count: int = 1


class Quarantine:
    """What one run has put into quarantine. Any thread may add."""

    def __init__(self, results: Results) -> None:
        self._results = results
        self._lock = threading.Lock()
        self._entries: dict[tuple[str, str], Entry] = {}

    def of(self, target: str) -> list[Entry]:
        with self._lock:
            return [entry for entry in self._entries.values() if entry.target == target]

    def add(
        self, target: str, name: str, kind: str, data: bytes, plan: str, found: Difference
    ) -> Entry:
        """Keeps an input whose runs disagree; only the first of a name is kept, others count."""
        with self._lock:
            known = self._entries.get((target, name))
            if known:
                known.count += 1
                return known
            folder = f"quarantine/{safe_name(name)}"
            entry = Entry(
                name,
                target,
                kind,
                found.first,
                found.ran(),
                found.not_controlled,
                str(self._results.where / folder),
            )
            self._entries[target, name] = entry
        self._results.write(f"{folder}/input", data)
        if plan:
            self._results.write(f"{folder}/plan.txt", plan)
        for number, log in enumerate(_cut(found.logs), 1):
            self._results.write(f"{folder}/events-{number}", log)
        for file in found.logs:
            file.unlink(missing_ok=True)
        for number, outcome in enumerate((found.outcomes[0], found.outcomes[-1]), 1):
            self._results.write(f"{folder}/log-{number}", outcome.output)
        self._results.write(f"{folder}/difference.txt", text(entry))
        return entry


def text(entry: Entry) -> str:
    """difference.txt."""
    lines = [f"{entry.target}: two runs of one input differ", "", *entry.outcomes, ""]
    lines.append(f"first difference: {entry.first_difference}")
    if entry.not_controlled:
        lines.append(f"not controlled: {entry.not_controlled}")
    return "\n".join([*lines, ""])


def summary(entries: list[Entry]) -> list[dict[str, Any]]:
    return [asdict(entry) for entry in entries]


def _cut(logs: list[Path]) -> list[bytes]:
    """The events of the runs; of long ones, those around the first difference."""
    try:
        texts = [log.read_bytes() for log in logs]
    except OSError:
        return []
    if len(texts) != 2 or max(map(len, texts)) <= _LONGEST:
        return texts
    lines = [text.splitlines(keepends=True) for text in texts]
    pairs = zip(*lines, strict=False)
    at = next((i for i, (a, b) in enumerate(pairs) if a != b), min(map(len, lines)))
    return [b"".join(one[max(0, at - _AROUND) : at + _AROUND]) for one in lines]
