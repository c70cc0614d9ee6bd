"""Findings: replay an input that stopped a target, name it by its signature, and keep it.

findings/<signature>/ holds input, plan.txt, report.json, report.txt, repro.sh and log. The first
occurrence is kept and later ones are counted; only one that reproduces replaces one that did not."""

from __future__ import annotations

import hashlib
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from . import replayer, rules
from .replayer import FINDING, INTERNAL, Outcome
from .results import SCHEMA, Results, safe_name, utc_now
from .sanitizer_report import Stack
from .target import Target

REPLAYS = 3
_TITLES = {"second free": "second free", "free": "freed", "allocation": "allocated", "use": "used",
           "leak": "allocated and lost", "creation": "thread created", "crash": "stopped",
           "variable": "the variable's frame"}


@dataclass
class Finding:
    """One defect of a target, as the run knows it."""

    signature: str
    rule: str
    target: str
    message: str
    count: int = 1
    reproduced: int = 0
    replays: int = 0
    path: Path | None = None
    report: dict[str, Any] = field(default_factory=dict)

    @property
    def reproduces(self) -> bool:
        return self.replays > 0 and self.reproduced == self.replays

    def summary(self) -> dict[str, Any]:
        return {"signature": self.signature, "rule": self.rule, "target": self.target,
                "message": self.message, "count": self.count,
                "reproduced": f"{self.reproduced} of {self.replays}",
                "path": str(self.path) if self.path else ""}


def _stack_dict(stack: Stack) -> dict[str, Any]:
    return {"role": stack.role, "thread": stack.thread,
            "frames": [{"function": frame.function, "location": frame.location}
                       for frame in stack.frames]}


def make_report(outcome: Outcome, target: Target, finding: Finding, plan: str,
                command: str) -> dict[str, Any]:
    """report.json: the rule, what the runtime knows, the stacks, the plan, the command."""
    rule = rules.load().get(outcome.rule)
    parsed = outcome.sanitizer
    known = {key: value for key, value in outcome.report.items() if key not in ("rule", "plan")}
    report: dict[str, Any] = {
        "schema": SCHEMA, "signature": finding.signature, "rule": outcome.rule,
        "severity": rule.severity if rule else "error",
        "meaning": rule.meaning if rule else "", "advice": rule.advice if rule else "",
        "target": target.name, "flavor": target.flavor,
        "contract": known.pop("contract", "") or target.contract_name,
        "function": known.pop("function", ""), "handle": known.pop("handle", ""),
        "message": outcome.message,
        "stacks": [_stack_dict(stack) for stack in parsed.stacks] if parsed else [],
        "notes": parsed.notes if parsed else [],
        "reproduced": f"{finding.reproduced} of {finding.replays}", "count": finding.count,
        "trace": outcome.trace, "first_seen": utc_now(), "command": command, "plan": plan,
    }
    report["runtime"] = known
    return report


def _runtime_lines(runtime: dict[str, Any]) -> list[str]:
    """What the runtime said beyond the fields that have lines of their own."""
    lines = []
    for key, value in runtime.items():
        title = key.replace("_", " ")
        if isinstance(value, list):
            lines.append(f"{title}:")
            lines += [f"  {_one_line(item)}" for item in value]
        elif value not in ("", None):
            lines.append(f"{title}: {_one_line(value)}")
    return lines


def _one_line(value: Any) -> str:
    if isinstance(value, dict):
        return "  ".join(f"{key}={item}" for key, item in value.items() if item not in ("", None))
    return str(value)


def render(report: dict[str, Any]) -> str:
    """report.txt: the same for people."""
    lines = [f"{report['rule']}: {report['meaning']}", "",
             f"target:     {report['target']} ({report['flavor']})"]
    for title, key in (("function", "function"), ("handle", "handle"), ("contract", "contract"),
                       ("message", "message"), ("what to do", "advice"),
                       ("reproduced", "reproduced"), ("seen", "count"), ("trace", "trace")):
        value = report.get(key)
        if value not in ("", None):
            lines.append(f"{title + ':':<11} {value}{' times' if key == 'count' else ''}")
    if report["reproduced"].startswith("0 of"):
        lines += ["", "This finding did not come again when its input was replayed. It is kept because",
                  "it happened: see the log. State from earlier inputs may be part of it."]
    for note in report["notes"]:
        lines.append(f"note:       {note}")
    lines += ["", *_runtime_lines(report["runtime"])] if report["runtime"] else []
    for stack in report["stacks"]:
        title = _TITLES.get(stack["role"], stack["role"])
        lines += ["", f"{title}{' by thread ' + stack['thread'] if stack['thread'] else ''}:"]
        lines += [f"  #{i} {frame['function']}  {frame['location']}".rstrip()
                  for i, frame in enumerate(stack["frames"][:30])]
    if report["plan"]:
        lines += ["", "plan:", *(f"  {line}" for line in report["plan"].splitlines())]
    lines += ["", "replay it:", f"  {report['command']}", ""]
    return "\n".join(lines)


REPRO_SH = """#!/bin/sh
# Replays this finding. Run it anywhere inside the project, or set FFH_PROJECT to the project.
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd) || exit 1
project=${FFH_PROJECT:-$here}
while [ ! -x "$project/scripts/ffh" ]; do
  [ "$project" = / ] && { echo "repro.sh: no scripts/ffh above $here; set FFH_PROJECT" >&2; exit 1; }
  project=$(dirname -- "$project")
done
exec "$project/scripts/ffh" repro "$here" "$@"
"""


class Findings:
    """The findings of one run. Any thread may add."""

    def __init__(self, results: Results, project: Path) -> None:
        self.results = results
        self._project = project
        self._lock = threading.Lock()
        self._by_signature: dict[str, Finding] = {}
        self.internal: list[str] = []

    def all(self) -> list[Finding]:
        with self._lock:
            return list(self._by_signature.values())

    def known(self, signature: str) -> bool:
        with self._lock:
            finding = self._by_signature.get(signature)
            return finding is not None and finding.reproduces

    def count_again(self, signature: str) -> int:
        """Counts a duplicate and returns how often the finding has been seen."""
        with self._lock:
            finding = self._by_signature[signature]
            finding.count += 1
            seen = finding.count
        if seen & (seen - 1) == 0 or seen % 100 == 0:  # the file need not follow every duplicate
            self._rewrite(finding)
        return seen

    def triage(self, target: Target, data: bytes | None, first: Outcome, env: dict[str, str],
               scratch: Path, timeout: int) -> Finding:
        """Replays an input up to three times and keeps what it shows. `first` is what the fuzz
        process said; `data` is None when the process left no input."""
        finding = Finding(first.signature, first.rule, target.name, first.message)
        best, plan = first, ""
        if data is not None:
            best, plan = self._replay(target, data, first, finding, env, scratch, timeout)
        return self._keep(finding, best, first, plan, data, target)

    def _replay(self, target: Target, data: bytes, first: Outcome, finding: Finding,
                env: dict[str, str], scratch: Path, timeout: int) -> tuple[Outcome, str]:
        name = hashlib.sha1(data, usedforsecurity=False).hexdigest()
        file = scratch / f"input-{name}"
        file.write_bytes(data)
        _, plan, _ = replayer.show(target.replay, file, env)
        outcomes = []
        replays = 1 if first.rule == "FFH-TIMEOUT" else REPLAYS
        for _ in range(replays):
            outcomes.append(replayer.replay(target.replay, file, env, timeout))
            if outcomes[-1].kind == INTERNAL:
                with self._lock:
                    self.internal.append(outcomes[-1].message)
        file.unlink(missing_ok=True)
        found = [outcome for outcome in outcomes if outcome.kind == FINDING]
        finding.replays = replays
        if not found:
            return first, plan
        best = next((o for o in found if o.signature == first.signature), found[0])
        finding.reproduced = sum(o.signature == best.signature for o in found)
        finding.signature, finding.rule, finding.message = best.signature, best.rule, best.message
        return best, plan

    def _keep(self, finding: Finding, best: Outcome, first: Outcome, plan: str,
              data: bytes | None, target: Target) -> Finding:
        with self._lock:
            old = self._by_signature.get(finding.signature)
            if old is not None:
                old.count += 1
                if old.reproduces or not finding.reproduces:
                    return old
                finding.count = old.count
            self._by_signature[finding.signature] = finding
        folder = f"findings/{safe_name(finding.signature)}"
        finding.path = self.results.where / folder
        command = f"scripts/ffh repro {self._shown(finding.path)}"
        report = make_report(best, target, finding, plan, command)
        if data is not None:
            self.results.write(f"{folder}/input", data)
        if plan:
            self.results.write(f"{folder}/plan.txt", plan)
        log = best.output if best is first else f"{best.output}\n--- the fuzzer ---\n{first.output}"
        self.results.write(f"{folder}/log", log)
        self.results.write(f"{folder}/repro.sh", REPRO_SH).chmod(0o755)
        finding.report = report
        self._rewrite(finding)
        return finding

    def _rewrite(self, finding: Finding) -> None:
        """Writes report.json and report.txt with the present count."""
        if not finding.report:
            return
        finding.report["count"] = finding.count
        folder = f"findings/{safe_name(finding.signature)}"
        where = self.results.write_json(f"{folder}/report.json", finding.report)
        self.results.write(f"{folder}/report.txt", render(finding.report))
        finding.path = where.parent  # another directory when the results directory is full

    def close(self) -> None:
        """Writes the final counts."""
        for finding in self.all():
            self._rewrite(finding)

    def _shown(self, path: Path) -> str:
        try:
            return str(path.relative_to(self._project))
        except ValueError:
            return str(path)
