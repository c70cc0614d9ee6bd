"""Fuzzes one target for a time with several libFuzzer processes.

libFuzzer ends at its first finding: the worker triages it and starts the next process with the time
that is left. A finding that comes again is counted without replaying it."""

from __future__ import annotations

import random
import shutil
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from . import engine, exit_check, replayer, sanitizer_report, signature
from .corpus import Corpus
from .engine import FuzzOptions, Inputs, Process
from .findings import Findings
from .replay_check import ReplayCheck
from .replayer import FINDING, INTERNAL, USAGE, Outcome
from .results import ResultsError
from .stats import Stats, StatsError
from .target import Target

_POLL_SECONDS = 0.1
_STOP_GRACE = 5.0
_DUPLICATES_TO_NOTE = 25
_SHORTEST = 1.0  # seconds left that are worth another process


@dataclass
class Snapshot:
    """The campaign at one moment, for the live line and the series."""

    seconds: float
    stats: Stats
    cov: int
    features: int
    findings: int


@dataclass
class Campaign:
    """What fuzzing one target has come to. Workers add under the lock."""

    target: Target
    options: FuzzOptions
    findings: Findings
    corpus: Corpus
    env: dict[str, str]
    log_folder: Path
    stop: threading.Event = field(default_factory=threading.Event)
    problems: list[str] = field(default_factory=list)  # environment: exit 1
    internal: list[str] = field(default_factory=list)  # the harness: exit 3
    notes: list[str] = field(default_factory=list)
    processes: int = 0
    found: set[str] = field(default_factory=set)
    lock: threading.Lock = field(default_factory=threading.Lock)
    finished: Stats = field(default_factory=Stats)
    running: dict[int, Process] = field(default_factory=dict)
    cov: int = 0
    features: int = 0
    peak_rss_mb: int = 0  # of one process
    replayed: dict[str, Any] = field(default_factory=dict)  # of new inputs, when all is over
    left_by_exit: int = 0  # inputs that were run in processes that leave by exit()
    started: float = 0.0
    ended: float = 0.0

    def run(self) -> None:
        """Fuzzes until the time is over, the runs are done or `stop` is set. Blocks."""
        self.corpus.prepare()
        seeds = self.corpus.compile_seeds()
        scratch = engine.make_scratch()
        self.started = time.monotonic()
        try:
            run_seeds = scratch / "seeds"
            run_seeds.mkdir()
            for seed in seeds:
                shutil.copyfile(seed, run_seeds / seed.name)
            check = ReplayCheck(self, scratch)
            check.start()
            workers = [Worker(self, job, scratch, run_seeds) for job in range(self.options.jobs)]
            for worker in workers:
                worker.start()
            for worker in workers:
                worker.join()
            self.ended = time.monotonic()
            self.replayed = check.finish()
            self.left_by_exit = exit_check.run(self, scratch)
        finally:
            self.ended = self.ended or time.monotonic()
            shutil.rmtree(scratch, ignore_errors=True)

    def seconds(self) -> float:
        return (self.ended or time.monotonic()) - self.started if self.started else 0.0

    def snapshot(self) -> Snapshot:
        total = Stats()
        with self.lock:
            total.add(self.finished)
            running = list(self.running.values())
            for process in running:
                page = process.read_stats()
                if page:
                    total.add(page)
                self.cov = max(self.cov, process.cov)
                self.features = max(self.features, process.features)
            return Snapshot(self.seconds(), total, self.cov, self.features, len(self.found))

    def note(self, text: str) -> None:
        with self.lock:
            if text not in self.notes:
                self.notes.append(text)


class Worker(threading.Thread):
    """One job: a sequence of libFuzzer processes, one at a time."""

    def __init__(self, campaign: Campaign, job: int, scratch: Path, seeds: Path) -> None:
        super().__init__(name=f"job-{job}", daemon=True)
        self._campaign = campaign
        self._job = job
        self._scratch = scratch / f"job-{job}"
        self._inputs = Inputs(campaign.corpus.growing, seeds, self._scratch / "artifacts")
        self._attempt = 0
        self._duplicates: dict[str, int] = {}
        self._runs_left = campaign.options.runs
        self._quick_deaths = 0

    def run(self) -> None:
        campaign = self._campaign
        try:
            self._inputs.artifacts.mkdir(parents=True)
            deadline = campaign.started + campaign.options.seconds
            while not campaign.stop.is_set():
                left = deadline - time.monotonic()
                if self._attempt and left < _SHORTEST:
                    break
                if not self._one_process(left):
                    break
        except StatsError as error:
            self._fail(campaign.internal, str(error))
        except OSError as error:
            self._fail(
                campaign.problems,
                f"{error.filename or campaign.target.fuzz}: {error.strerror or error}",
            )
        except ResultsError as error:
            self._fail(campaign.problems, str(error))
        except Exception as error:  # a defect here must end the run as internal, not vanish
            self._fail(campaign.internal, f"job {self._job}: {type(error).__name__}: {error}")

    def _fail(self, where: list[str], message: str) -> None:
        with self._campaign.lock:
            where.append(message)
        self._campaign.stop.set()

    def _start(self, left: float) -> Process:
        campaign, options = self._campaign, self._campaign.options
        page = self._scratch / f"stats-{self._attempt}"
        seed = options.seed + self._job + options.jobs * self._attempt
        runs = FuzzOptions(
            options.seconds,
            options.lanes,
            options.seed,
            options.jobs,
            self._runs_left,
            options.timeout,
            options.granularity,
        )
        line = engine.command(
            campaign.target, runs, self._inputs, seed, left, page, engine.core_of(self._job)
        )
        log = campaign.log_folder / f"fuzz-{self._job}.log"
        process = Process(line, campaign.env, log, page, self._scratch / f"tmp-{self._attempt}")
        with campaign.lock:
            campaign.running[self._job] = process
            campaign.processes += 1
        self._attempt += 1
        return process

    def _watch(self, process: Process, left: float) -> str:
        """Waits for the end. "" when the process ended by itself, else why it was ended."""
        campaign = self._campaign
        timeout = campaign.options.timeout
        over = process.started + max(1.0, left) + timeout + _STOP_GRACE
        while process.poll() is None:
            now = time.monotonic()
            if campaign.stop.is_set():
                process.interrupt()
                return "stopped"
            process.read_stats()
            # libFuzzer's own time-out comes first; this one is for when it cannot.
            if now - process.last_progress > 2 * timeout + _STOP_GRACE:
                return "stalled"
            if now > over:
                return "over"
            time.sleep(_POLL_SECONDS)
        return ""

    def _one_process(self, left: float) -> bool:
        """Runs one process to its end. False when the job is done."""
        campaign = self._campaign
        process = self._start(left)
        why = self._watch(process, left)
        code = process.finish(_STOP_GRACE if why in ("", "stopped") else 0.0)
        page = process.read_stats()
        with campaign.lock:
            del campaign.running[self._job]
            campaign.cov = max(campaign.cov, process.cov)
            campaign.features = max(campaign.features, process.features)
            campaign.peak_rss_mb = max(campaign.peak_rss_mb, process.peak_rss_mb)
            if page:
                campaign.finished.add(page)
        process.page.unlink(missing_ok=True)
        if process.log_error:
            campaign.note(f"the log of job {self._job} is cut off: {process.log_error}")
        runs = page.runs if page else 0
        if campaign.options.runs:
            self._runs_left = campaign.options.runs if not runs else self._runs_left - runs
        artifact = engine.newest_artifact(self._inputs.artifacts)
        if artifact:
            self._stopped_at(artifact, process, code)
            artifact.unlink(missing_ok=True)
            return not campaign.options.runs or self._runs_left > 0
        output = process.output
        if why == "stopped" or (code == 0 and why == "" and engine.came_to_its_end(output)):
            return self._ended_quietly(page, process)
        return self._died_without_input(why, code, runs, process)

    def _ended_quietly(self, page: Stats | None, process: Process) -> bool:
        campaign = self._campaign
        if campaign.stop.is_set():
            return False
        if page is None or page.runs == 0:
            self._fail(
                campaign.internal,
                f"{campaign.target.fuzz.name} ended without having run an "
                f"input: {replayer.last_line(process.output) or 'it printed nothing'}",
            )
        return False

    def _stopped_at(self, artifact: Path, process: Process, code: int) -> None:
        """libFuzzer saved the input that stopped it: count a known finding, triage a new one."""
        campaign = self._campaign
        data = artifact.read_bytes()
        campaign.corpus.set_aside(data, self._inputs.seeds)
        first = replayer.classify(code, process.output, {}, complete=False)
        if first.kind == INTERNAL:
            self._fail(campaign.internal, first.message)
            return
        known = campaign.findings.known(first)
        if not known:
            finding = campaign.findings.triage(
                campaign.target, data, first, campaign.env, self._scratch, campaign.options.timeout
            )
            with campaign.lock:
                if finding:
                    campaign.found.add(finding.signature)
                campaign.internal += campaign.findings.internal
            if campaign.findings.internal:
                campaign.stop.set()
            return
        seen = campaign.findings.count_again(known)
        if seen == _DUPLICATES_TO_NOTE:
            campaign.note(
                f"{known} stops the fuzzer again and again and hides what lies "
                "behind it: correct it first"
            )
        self._back_off(known, process)

    def _back_off(self, signature: str, process: Process) -> None:
        """A finding that comes back at once must not turn the run into a storm of restarts."""
        times = self._duplicates[signature] = self._duplicates.get(signature, 0) + 1
        if time.monotonic() - process.started < 2.0:
            pause = min(0.5, 0.05 * 2 ** min(times, 6)) * random.uniform(0.8, 1.0)
            self._campaign.stop.wait(pause)

    def _died_without_input(self, why: str, code: int, runs: int, process: Process) -> bool:
        """The process ended or hung, and libFuzzer could not save the input."""
        campaign = self._campaign
        output = process.output
        outcome = replayer.classify(code, output, {}, complete=False)
        if outcome.kind == INTERNAL:
            self._fail(campaign.internal, outcome.message)
            return False
        if why == "" and outcome.kind == USAGE:
            self._fail(
                campaign.problems,
                f"{campaign.target.fuzz.name} cannot run: "
                f"{outcome.message or replayer.last_line(output)}",
            )
            return False
        if why == "over" and runs:
            campaign.note("the fuzzer did not stop in time and was ended")
            return False
        if runs == 0:
            self._record("FFH-START", _start_message(why, code, output), outcome)
            return False
        if why == "stalled":
            self._record(
                "FFH-TIMEOUT",
                "no input finished for twice the time limit; the process "
                "was ended and its input is not known",
                outcome,
            )
        else:
            self._record(
                outcome.rule or "FFH-UNCLASSIFIED",
                f"{outcome.message or 'the process ended'} ({_how(code)}, without an input)",
                outcome,
            )
        self._quick_deaths += 1
        return self._quick_deaths < 10

    def _record(self, rule: str, message: str, outcome: Outcome) -> None:
        campaign = self._campaign
        first = Outcome(
            FINDING,
            outcome.code,
            rule,
            message=message,
            output=outcome.output,
            sanitizer=outcome.sanitizer,
        )
        first.signature = signature.make(rule, outcome.sanitizer)
        finding = campaign.findings.triage(
            campaign.target, None, first, campaign.env, self._scratch, campaign.options.timeout
        )
        if finding:
            with campaign.lock:
                campaign.found.add(finding.signature)


def _how(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"exit {code}"


def _start_message(why: str, code: int, output: str) -> str:
    if why:
        return "the target hung before its first input"
    first = sanitizer_report.parse(output)
    cause = first.headline if first else replayer.last_line(output) or "it printed nothing"
    return f"the target ended before its first input ({_how(code)}): {cause}"
