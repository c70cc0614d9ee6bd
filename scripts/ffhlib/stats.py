"""The statistics page that a target keeps while it runs, and what it says about the contract: which
functions were reached, and which of the error paths that the contract names."""

from __future__ import annotations

import json
import struct
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

MAGIC = b"FFHSTAT1"
HEADER_SIZE = 128
RECORD_SIZE = 64
_HEADER = struct.Struct("<8sIIQQQQQQ")
_RECORD = struct.Struct("<QQQQQIIQQ")

# Bit numbers of ffh_form in harness/include/ffh/target.h.
FORMS = {
    "null": 1,
    "stale": 2,
    "wrong_type": 3,
    "wrong_thread": 4,
    "bad_enum": 5,
    "bad_utf8": 6,
    "length_mismatch": 7,
    "oversized": 8,
    "wrong_state": 9,
    "bad_version": 10,
    "has_children": 11,
}


class StatsError(Exception):
    """A statistics page or a model cannot be used; the message says why."""


@dataclass
class FunctionStats:
    calls: int = 0
    ok: int = 0
    failed: int = 0
    skipped: int = 0
    refused: int = 0
    forms_sent: int = 0
    forms_refused: int = 0
    failure_mask: int = 0
    failed_allocations: int = 0  # calls in which one was made to fail

    def add(self, other: FunctionStats) -> None:
        self.calls += other.calls
        self.ok += other.ok
        self.failed += other.failed
        self.skipped += other.skipped
        self.refused += other.refused
        self.forms_sent |= other.forms_sent
        self.forms_refused |= other.forms_refused
        self.failure_mask |= other.failure_mask
        self.failed_allocations += other.failed_allocations


@dataclass
class Stats:
    """The sum of one or more pages."""

    runs: int = 0
    calls: int = 0
    switches: int = 0
    skipped: int = 0
    findings: int = 0
    failed_allocations: int = 0
    functions: list[FunctionStats] = field(default_factory=list)

    def add(self, other: Stats) -> None:
        self.runs += other.runs
        self.calls += other.calls
        self.switches += other.switches
        self.skipped += other.skipped
        self.findings += other.findings
        self.failed_allocations += other.failed_allocations
        if not self.functions:
            self.functions = [FunctionStats() for _ in other.functions]
        if other.functions and len(self.functions) != len(other.functions):
            raise StatsError("statistics of two different builds of one target cannot be added")
        for mine, theirs in zip(self.functions, other.functions, strict=False):
            mine.add(theirs)


def parse(data: bytes) -> Stats:
    if len(data) < HEADER_SIZE or data[:8] != MAGIC:
        raise StatsError("not a statistics page: it must begin with FFHSTAT1")
    _, count, size, *totals = _HEADER.unpack_from(data)
    if size != RECORD_SIZE:
        raise StatsError(f"statistics records of {size} bytes, expected {RECORD_SIZE}: rebuild")
    if len(data) < HEADER_SIZE + count * size:
        raise StatsError(f"the statistics page of {count} functions ends after {len(data)} bytes")
    functions = [
        FunctionStats(*_RECORD.unpack_from(data, HEADER_SIZE + i * size)) for i in range(count)
    ]
    return Stats(*totals, functions)


def read(path: Path) -> Stats | None:
    """The page in a file; None while the target has not written one yet."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return None
    if len(data) < HEADER_SIZE or data[:8] == b"\0" * 8:
        return None
    return parse(data)


@dataclass
class ErrorPath:
    """One way to fail that the contract names. `kind` is failure or rejection."""

    function: str
    kind: str
    what: str
    line: int
    reached: bool
    promised: bool = True  # False: no word says what makes the function fail in this way


@dataclass
class Coverage:
    """The contract's functions and error paths, and which of them were reached."""

    functions: list[str]
    reached: list[str]
    unreached: list[str]
    error_paths: list[ErrorPath]
    # Inner functions (FFH_LEGACY), and how many calls of each were checked. One that no call reached is not
    # covered: nothing is known of it.
    inner: dict[str, int] = field(default_factory=dict)

    @property
    def inner_not_covered(self) -> list[str]:
        return [name for name, checked in self.inner.items() if checked == 0]

    @property
    def error_paths_reached(self) -> int:
        return sum(path.reached for path in self.error_paths)

    def as_dict(self) -> dict[str, Any]:
        return {
            "functions": len(self.functions),
            "functions_reached": len(self.reached),
            "functions_unreached": self.unreached,
            "inner": self.inner,
            "inner_not_covered": self.inner_not_covered,
            "error_paths": len(self.error_paths),
            "error_paths_reached": self.error_paths_reached,
            "error_path_list": [asdict(path) for path in self.error_paths],
        }


def read_model(path: Path) -> dict[str, Any]:
    try:
        model = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise StatsError(
            f"cannot read the contract's model {path}: {error}; run ffh build"
        ) from error
    if not isinstance(model, dict) or not isinstance(model.get("functions"), list):
        raise StatsError(f"{path} is not a contract's model; run ffh build")
    return model


def _is_called(function: dict[str, Any]) -> bool:
    flags = function.get("flags") or []
    return not function.get("excluded") and not {"legacy", "excluded", "shadow"} & set(flags)


def _is_promised(function: dict[str, Any], status: int) -> bool:
    """Whether the contract says of something that it makes the function fail with this status: a
    rejection, also one that leaves the status open, or an allocation that fails."""
    named = [rejection.get("status") for rejection in function.get("rejects") or []]
    fails = "alloc_failure" in (function.get("flags") or [])
    return fails or None in named or status in named


def _paths_of(function: dict[str, Any], seen: FunctionStats) -> list[ErrorPath]:
    name, line = str(function["name"]), int(function.get("line") or 0)
    paths = []
    error = function.get("error", "none")
    failures = function.get("failures") or []
    if error == "status" and failures:
        paths += [
            ErrorPath(
                name,
                "failure",
                f"status {value}",
                line,
                bool(seen.failure_mask >> min(bit, 63) & 1),
                _is_promised(function, value),
            )
            for bit, value in enumerate(failures)
        ]
    elif error != "none":
        what = {
            "status": "a failure status",
            "null": "NULL",
            "out": "an error message",
            "errno": "errno",
        }.get(error, error)
        paths.append(ErrorPath(name, "failure", what, line, seen.failed > 0))
    for rejection in function.get("rejects") or []:
        form = rejection["form"] if isinstance(rejection, dict) else str(rejection)
        bit = FORMS.get(form)
        if bit is None:
            raise StatsError(f"the model of {name} names the unknown form {form}; rebuild")
        paths.append(ErrorPath(name, "rejection", form, line, bool(seen.forms_refused >> bit & 1)))
    if "alloc_failure" in (function.get("flags") or []):
        reached = seen.failed_allocations > 0
        paths.append(ErrorPath(name, "failure", "an allocation that fails", line, reached))
    return paths


def coverage(model: dict[str, Any], stats: Stats) -> Coverage:
    """Joins the model with the statistics, which are in the same order."""
    functions = model["functions"]
    records = stats.functions or [FunctionStats() for _ in functions]
    if len(records) != len(functions):
        raise StatsError(
            f"the target counts {len(records)} functions and its model "
            f"{len(functions)}; run ffh build"
        )
    names: list[str] = []
    reached: list[str] = []
    unreached: list[str] = []
    paths: list[ErrorPath] = []
    inner: dict[str, int] = {}
    for function, seen in zip(functions, records, strict=True):
        if "legacy" in (function.get("flags") or []) and not function.get("excluded"):
            inner[str(function["name"])] = seen.calls
        if not _is_called(function):
            continue
        names.append(str(function["name"]))
        (reached if seen.calls else unreached).append(str(function["name"]))
        paths += _paths_of(function, seen)
    return Coverage(names, reached, unreached, paths, inner)
