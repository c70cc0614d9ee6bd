"""While a target is fuzzed: every input that the fuzzer keeps is run twice more, in two processes, and
has to do the same twice."""

from __future__ import annotations

import contextlib
import shutil
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import quarantine, replayer
from .determinism import Check
from .findings import Findings

if TYPE_CHECKING:
    from .fuzzer import Campaign

_EVERY_SECONDS = 5.0
_AT_ONCE = 500


class ReplayCheck(threading.Thread):
    """Looks for new inputs of a campaign now and then, and at its end for what is left."""

    def __init__(self, campaign: Campaign, scratch: Path) -> None:
        super().__init__(name=f"replay-{campaign.target.name}", daemon=True)
        self._campaign = campaign
        self._findings: Findings = campaign.findings
        self._seeds = scratch / "seeds"
        self._scratch = scratch / "replayed"
        self._scratch.mkdir()
        self._over = threading.Event()
        self._known = self._names()
        self._told = 0  # how many of the check's differences are in quarantine
        self._different_outside = 0
        self._triaged = 0
        self._check = Check(
            campaign.target.replay,
            campaign.env,
            self._scratch,
            campaign.options.timeout,
            campaign.stop.is_set,
        )

    def finish(self) -> dict[str, Any]:
        """Checks what is left and returns what came of all of it."""
        self._over.set()
        self.join()
        checked = self._check.result
        return {
            "inputs": checked.files,
            "unchecked": len(self._names() - self._known),
            "after_others": len(checked.after_others),
            "not_controlled": dict(checked.not_controlled),
            "not_controlled_different": self._different_outside,
        }

    def run(self) -> None:
        campaign = self._campaign
        try:
            while not self._over.wait(_EVERY_SECONDS) and not campaign.stop.is_set():
                self._round()
            while self._names() - self._known and not self._must_end():
                self._round()
        except Exception as error:  # a defect here must end the run as internal, not vanish
            with campaign.lock:
                campaign.internal.append(f"replay check: {type(error).__name__}: {error}")

    def _must_end(self) -> bool:
        return self._campaign.stop.is_set() or bool(self._check.result.problems)

    def _names(self) -> set[str]:
        folder = self._campaign.corpus.growing
        with contextlib.suppress(OSError):
            return {path.name for path in folder.iterdir() if len(path.name) == 40}
        return set()

    def _round(self) -> None:
        chosen = sorted(self._names() - self._known)[:_AT_ONCE]
        files = [file for name in chosen if (file := self._copy(name))]
        before = self._check.result.files
        self._check.files(files)
        stopped = self._campaign.stop.is_set()
        self._known |= set(chosen[: self._check.result.files - before] if stopped else chosen)
        self._tell()
        for file in files:
            file.unlink(missing_ok=True)

    def _copy(self, name: str) -> Path | None:
        """libFuzzer may replace an input by a smaller one at any time."""
        copy = self._scratch / name
        try:
            shutil.copyfile(self._campaign.corpus.growing / name, copy)
        except OSError:
            return None
        return copy

    def _tell(self) -> None:
        campaign, checked = self._campaign, self._check.result
        with campaign.lock:
            campaign.problems += checked.problems
            campaign.internal += checked.internal
        if checked.problems or checked.internal:
            campaign.stop.set()
        checked.internal = []
        for found in checked.different[self._told :]:
            if found.not_controlled:
                self._different_outside += 1
                continue
            data = found.file.read_bytes()
            _, plan, _ = replayer.show(campaign.target.replay, found.file, campaign.env)
            name = f"{campaign.target.name}-{found.file.name[:12]}"
            kept = self._findings.quarantine
            kept.add(campaign.target.name, name, "corpus", data, plan, found)
            campaign.corpus.quarantine(found.file.name)
        self._told = len(checked.different)
        for file, outcome in checked.findings[self._triaged :]:
            data = file.read_bytes()
            campaign.corpus.set_aside(data, self._seeds)
            finding = self._findings.triage(
                campaign.target,
                data,
                outcome,
                campaign.env,
                self._scratch,
                campaign.options.timeout,
            )
            if finding:
                with campaign.lock:
                    campaign.found.add(finding.signature)
        self._triaged = len(checked.findings)


def empty() -> dict[str, Any]:
    """Of a target that was not fuzzed."""
    return {
        "inputs": 0,
        "unchecked": 0,
        "after_others": 0,
        "not_controlled": {},
        "not_controlled_different": 0,
        "nondeterministic": [],
    }


def entry(replayed: dict[str, Any], entries: list[quarantine.Entry]) -> dict[str, Any]:
    """The `replayed` of a target's entry in run.json."""
    return {**empty(), **replayed, "nondeterministic": quarantine.summary(entries)}
