"""Layouts that drifted, as a finding of a run: it needs no input, and is replayed by comparing again."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path

from . import dwarf, gen, layout, signature
from .findings import Findings
from .replayer import FINDING, NOTHING, Outcome
from .target import Target, TargetError

_ERRORS = (gen.GenError, layout.LayoutError, dwarf.DwarfError, TargetError, OSError)


def outcome(compared: layout.Compared) -> Outcome:
    if not compared.differences:
        return Outcome(NOTHING, 0)
    first, number = compared.differences[0], len(compared.differences)
    message = f"{first.what}: {first.contract} in the contract, {first.library} in the library"
    if number > 1:
        message += f", and {number - 1} more"
    return Outcome(
        FINDING,
        2,
        layout.RULE,
        signature.make(layout.RULE, None, first.function, first.what),
        message=message,
        output="\n".join(layout.lines(compared)) + "\n",
        report={
            "function": first.function,
            "message": message,
            "evidence": [{"title": one.text(), "stack": []} for one in compared.differences],
        },
    )


def record(target: Target, findings: Findings) -> list[str]:
    """Checks the target's layouts, once for each build of it, and keeps a finding. Returns notes: what was
    not checked."""
    try:
        compared = layout.cached(gen.info(target.name, target.flavor))
    except _ERRORS as error:
        return [f"layouts not checked: {error}"]
    said = outcome(compared)
    if said.kind == FINDING:
        findings.keep_without_input(target, said)
    return [f"layouts not checked: {why}" for why in compared.unchecked]


def is_finding(path: Path) -> str:
    """The target, when the directory holds a finding about layouts; else ""."""
    with contextlib.suppress(OSError, ValueError):
        report = json.loads((path / "report.json").read_text(encoding="utf-8"))
        if isinstance(report, dict) and report.get("rule") == layout.RULE:
            return str(report.get("target") or "")
    return ""


def again(name: str, flavor: str, times: int) -> list[Outcome]:
    content = gen.info(name, flavor)
    return [outcome(layout.check(content)) for _ in range(times)]
