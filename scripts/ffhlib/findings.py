"""Findings: replay an input that stopped a target, name it by its signature, and keep it.

findings/<signature>/ holds input, plan.txt, report.json, report.txt, repro.c, repro.sh and log. The
first occurrence is kept and later ones are counted; only one that reproduces replaces one that did
not."""

from __future__ import annotations

import hashlib
import itertools
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from . import determinism, replayer, repro_c
from .determinism import Difference
from .finding_report import make_report, render
from .quarantine import Quarantine
from .replayer import FINDING, INTERNAL, NOTHING, Outcome
from .results import Results, safe_name
from .signature import library_frames
from .target import Target

REPLAYS = 3
HUNTED = 300  # schedules tried for a finding whose own does not show it again


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
        self._logs = itertools.count()
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
            found, plan = self._replay(target, data, first, env, scratch, timeout)
            if found.first and not self.internal:
                name = f"{target.name}-{first.signature}"
                self.quarantine.add(target.name, name, "finding", data, plan, found)
                return None
            if not any(outcome.kind == FINDING for outcome in found.outcomes):
                again = self._warm(target, plan, first, env, scratch, timeout)
                again = again or self._hunt(target, data, first, env, scratch, timeout)
                if again:
                    data, found, plan = again
                elif all(outcome.kind == NOTHING for outcome in found.outcomes):
                    return self._set_aside(target, data, plan, first, found)
            best = self._choose(finding, first, found.outcomes)
            if _tells_place(first):
                with self._lock:
                    self._aliases[first.signature] = finding.signature
        return self._keep(finding, best, first, plan, data, target)

    def _replay(
        self,
        target: Target,
        data: bytes,
        first: Outcome,
        env: dict[str, str],
        scratch: Path,
        timeout: int,
    ) -> tuple[Difference, str]:
        name = hashlib.sha1(data, usedforsecurity=False).hexdigest()
        file = scratch / f"input-{name}"
        file.write_bytes(data)
        _, plan, _ = replayer.show(target.replay, file, env)
        times = 1 if first.rule == "FFH-TIMEOUT" else REPLAYS
        found = determinism.alone(
            target.replay, file, env, timeout, lambda: self._log(scratch), times
        )
        with self._lock:
            self.internal += [o.message for o in found.outcomes if o.kind == INTERNAL]
        file.unlink(missing_ok=True)
        return found, plan

    def _set_aside(
        self, target: Target, data: bytes, plan: str, first: Outcome, found: Difference
    ) -> None:
        """What the fuzz process saw and no replay shows depends on more than the input."""
        said = f"the fuzz process said {first.rule}, and no replay does"
        differs = Difference(found.file, said, [first, *found.outcomes])
        name = f"{target.name}-{first.signature}"
        self.quarantine.add(target.name, name, "finding", data, plan, differs)

    def _warm(
        self,
        target: Target,
        plan: str,
        first: Outcome,
        env: dict[str, str],
        scratch: Path,
        timeout: int,
    ) -> tuple[bytes, Difference, str] | None:
        """The same plan in a process that has run it once before, as the fuzz process had run
        others: what a library does only once is then behind it. None when that shows nothing."""
        head, line, rest = plan.partition("\nschedule ")
        if not line or " warm=1" in rest.split("\n", 1)[0]:
            return None
        text, out = scratch / "warm.plan", scratch / "warm"
        text.write_text(f"{head}{line}{rest.replace(chr(10), ' warm=1' + chr(10), 1)}")
        code, _, _ = replayer.compile_text(target.replay, text, out, env)
        if code != 0:
            return None
        data = out.read_bytes()
        found, plan = self._replay(target, data, first, env, scratch, timeout)
        if found.first or not any(outcome.kind == FINDING for outcome in found.outcomes):
            return None
        return data, found, plan

    def _hunt(
        self,
        target: Target,
        data: bytes,
        first: Outcome,
        env: dict[str, str],
        scratch: Path,
        timeout: int,
    ) -> tuple[bytes, Difference, str] | None:
        """The same calls under other schedules: what the fuzz process had run before can have moved
        the points at which this one switches. None when none of them ends in the same rule."""
        file, saved = scratch / "hunted", scratch / "hunted-schedule"
        file.write_bytes(data)
        saved.unlink(missing_ok=True)
        options = ["--schedules", str(HUNTED), "--policy", "mix", "--save", str(saved)]
        outcome = replayer.replay(target.replay, file, env, timeout, options=options)
        if outcome.kind != FINDING or outcome.rule != first.rule or not saved.is_file():
            return None
        data = saved.read_bytes()
        found, plan = self._replay(target, data, first, env, scratch, timeout)
        if found.first or not any(outcome.kind == FINDING for outcome in found.outcomes):
            return None
        return data, found, plan

    def _log(self, scratch: Path) -> Path:
        return scratch / f"events-{next(self._logs)}"

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
            self.results.write(f"{folder}/repro.c", text)

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
