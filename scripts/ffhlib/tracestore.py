"""The traces of a target's inputs as they were last seen, for as long as its build is the same.

A trace names places in the code, so it says nothing about another build: what a regression keeps in its
file is its outcome (`# outcome NAME`), and the traces are kept here, in .cache/traces/."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from pathlib import Path

from .replayer import NOTHING, Outcome
from .results import to_json, write_atomic

_OUTCOME = re.compile(r"^#\s*outcome\s+(\S+)\s*$", re.MULTILINE)


def build_id(binary: Path) -> str:
    return hashlib.sha256(binary.read_bytes()).hexdigest()[:16]


class TraceStore:
    """The traces of one replay binary, by the SHA-1 of the input."""

    def __init__(self, folder: Path, target: str, flavor: str, binary: Path) -> None:
        self._path = folder / f"{target}-{flavor}.json"
        self._build = build_id(binary)
        self._traces = self._load()

    def _load(self) -> dict[str, str]:
        try:
            stored = json.loads(self._path.read_text(encoding="utf-8"))
            if stored["build"] == self._build:
                return {str(name): str(line) for name, line in stored["traces"].items()}
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            pass
        return {}

    def differences(self, lines: Mapping[Path, str]) -> list[str]:
        """Inputs whose trace was another one when this build ran them before."""
        found = []
        for file, line in lines.items():
            known = self._traces.get(_name(file))
            if known is not None and known != line:
                found.append(f"{file.name}: {line}; before: {known}")
        return found

    def keep(self, lines: Mapping[Path, str]) -> None:
        self._traces.update({_name(file): line for file, line in lines.items()})
        write_atomic(self._path, to_json({"build": self._build, "traces": self._traces}))


def _name(file: Path) -> str:
    return hashlib.sha1(file.read_bytes(), usedforsecurity=False).hexdigest()


def expected(source: Path) -> str:
    """The outcome that a plan's text says it has: "nothing", a rule or a signature; "" when it says
    none."""
    match = _OUTCOME.search(source.read_text(encoding="utf-8", errors="replace"))
    return match[1] if match else ""


def is_expected(outcome: Outcome, wanted: str) -> bool:
    if wanted == "nothing":
        return outcome.kind == NOTHING
    return wanted in (outcome.rule, outcome.signature)
