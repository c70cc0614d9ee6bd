"""Findings: replay an input that stopped a target, name it by its signature, and keep it.

findings/<signature>/ holds input, plan.txt, report.json, report.txt, repro.c, repro.sh and log. The
first occurrence is kept and later ones are counted; only one that reproduces replaces one that did
not."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from . import repro_c
from .determinism import Difference
from .finding_report import make_report, render
from .quarantine import Quarantine
from .replayer import FINDING, INTERNAL, Outcome
from .results import Results, safe_name
from .signature import library_frames
from .target import Target
from .triage import Replayed, Triage


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
        return {
            "signature": self.signature,
            "rule": self.rule,
            "target": self.target,
            "message": self.message,
            "count": self.count,
            "reproduced": f"{self.reproduced} of {self.replays}",
            "path": str(self.path) if self.path else "",
        }


REPRO_SH = """#!/bin/sh
# Replays this finding. Run it anywhere inside the project, or set FFH_PROJECT to the project.
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd) || exit 1
project=${FFH_PROJECT:-$here}
while [ ! -x "$project/scripts/ffh" ]; do
  [ "$project" = / ] && { echo "no scripts/ffh above $here: set FFH_PROJECT" >&2; exit 1; }
  project=$(dirname -- "$project")
done
exec "$project/scripts/ffh" repro "$here" "$@"
"""


def _tells_place(outcome: Outcome) -> bool:
    """Whether the report names a place in the library: its signature then tells defects apart."""
    stacks = outcome.sanitizer.stacks if outcome.sanitizer else []
    return bool(outcome.report.get("function") or any(library_frames(stack) for stack in stacks))


class Findings:
    """The findings of one run. Any thread may add."""

    def __init__(self, results: Results, project: Path) -> None:
        self.results = results
        self.quarantine = Quarantine(results)
        self._project = project
        self._lock = threading.Lock()
        self._by_signature: dict[str, Finding] = {}
        self._aliases: dict[str, str] = {}  # what a fuzz process says -> what its replay says
        self.internal: list[str] = []

    def all(self) -> list[Finding]:
        with self._lock:
            return list(self._by_signature.values())

    def known(self, first: Outcome) -> str:
        """The signature of the finding that a fuzz process's own report stands for, "" when it
        has to be replayed to know."""
        with self._lock:
            signature = self._aliases.get(first.signature, "")
            finding = self._by_signature.get(signature)
            return signature if finding is not None and finding.reproduces else ""

    def count_again(self, signature: str) -> int:
        """Counts a duplicate and returns how often the finding has been seen."""
        with self._lock:
            finding = self._by_signature[signature]
            finding.count += 1
            seen = finding.count
        if seen & (seen - 1) == 0 or seen % 100 == 0:  # the file need not follow every duplicate
            self._rewrite(finding)
        return seen

    def triage(
        self,
        target: Target,
        data: bytes | None,
        first: Outcome,
        env: dict[str, str],
        scratch: Path,
        timeout: int,
    ) -> Finding | None:
        """Replays an input up to three times and keeps what it shows. `first` is what the fuzz
        process said; `data` is None when the process left no input. None when the replays
        disagree, or show nothing whatever the schedule is: that goes to quarantine."""
        finding = Finding(first.signature, first.rule, target.name, first.message)
        best, plan = first, ""
        if data is not None:
            tried = Triage(target, first, env, scratch, timeout)
            seen = tried.replay(data)
            self._note_internal(seen.found)
            if seen.found.first and not self.internal:
                return self._set_aside(target, first, seen, seen.found)
            if not seen.shows:
                again = tried.again(seen)
                if again is None and seen.shows_nothing:
                    said = f"the fuzz process said {first.rule}, and no replay does"
                    differs = Difference(seen.found.file, said, [first, *seen.found.outcomes])
                    return self._set_aside(target, first, seen, differs)
                seen = again or seen
            data, plan = seen.data, seen.plan
            best = self._choose(finding, first, seen.found.outcomes)
            if _tells_place(first):
                with self._lock:
                    self._aliases[first.signature] = finding.signature
        return self._keep(finding, best, first, plan, data, target)

    def keep_without_input(self, target: Target, said: Outcome) -> Finding:
        """Keeps what is true of the build, whatever the input is."""
        finding = Finding(said.signature, said.rule, target.name, said.message)
        finding.reproduced = finding.replays = 1
        return self._keep(finding, said, said, "", None, target)

    def _note_internal(self, found: Difference) -> None:
        with self._lock:
            self.internal += [o.message for o in found.outcomes if o.kind == INTERNAL]

    def _set_aside(
        self, target: Target, first: Outcome, seen: Replayed, differs: Difference
    ) -> None:
        """Runs of one input disagree: what happened depends on more than the input."""
        name = f"{target.name}-{first.signature}"
        self.quarantine.add(target.name, name, "finding", seen.data, seen.plan, differs)

    @staticmethod
    def _choose(finding: Finding, first: Outcome, outcomes: list[Outcome]) -> Outcome:
        """The outcome that the finding is about: a replay's, else the fuzz process's."""
        found = [outcome for outcome in outcomes if outcome.kind == FINDING]
        finding.replays = len(outcomes)
        if not found:
            return first
        best = next((o for o in found if o.signature == first.signature), found[0])
        finding.reproduced = sum(o.signature == best.signature for o in found)
        finding.signature, finding.rule, finding.message = best.signature, best.rule, best.message
        return best

    def _keep(
        self,
        finding: Finding,
        best: Outcome,
        first: Outcome,
        plan: str,
        data: bytes | None,
        target: Target,
    ) -> Finding:
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
        report = make_report(best, target, finding.signature, plan, command)
        report["reproduced"] = f"{finding.reproduced} of {finding.replays}"
        if data is not None:
            self.results.write(f"{folder}/input", data)
        if plan:
            self.results.write(f"{folder}/plan.txt", plan)
        log = best.output if best is first else f"{best.output}\n--- the fuzzer ---\n{first.output}"
        self.results.write(f"{folder}/log", log)
        self.results.write(f"{folder}/repro.sh", REPRO_SH).chmod(0o755)
        self._write_program(folder, target, plan, report)
        finding.report = report
        self._rewrite(finding)
        return finding

    def _write_program(
        self, folder: str, target: Target, plan: str, report: dict[str, Any]
    ) -> None:
        """Writes repro.c; without one, the report says why."""
        try:
            text = repro_c.for_finding(target.build, target.name, target.model, plan, report)
        except repro_c.ReproError as error:
            report["notes"] = [*report["notes"], f"there is no repro.c: {error}"]
        else:
            where = self.results.write(f"{folder}/repro.c", text).parent
            report["program"] = repro_c.program(
                target.build, target.name, target.flavor, self._shown(where), plan
            )

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
