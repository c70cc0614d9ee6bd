"""Fuzzes one target with a live line and turns what came of it into the results of a run. `run` and
`nightly` share it."""

from __future__ import annotations

import signal
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from . import engine, exits, layout_check, profile, replay_check, stats, status
from .corpus import Corpus, CorpusError
from .engine import FuzzOptions
from .findings import Findings
from .fuzzer import Campaign
from .results import Results, safe_name
from .status import Live, Series
from .target import Target

_TICK_SECONDS = 0.5


def commit(project: Path) -> str:
    """The short commit, or "nocommit" outside a repository."""
    try:
        done = subprocess.run(
            ["git", "-C", str(project), "rev-parse", "--short=10", "HEAD"],
            capture_output=True,
            text=True,
            timeout=20,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return "nocommit"
    return done.stdout.strip() if done.returncode == 0 and done.stdout.strip() else "nocommit"


@contextmanager
def stop_on_signal(stop: threading.Event) -> Iterator[threading.Event]:
    """Ctrl-C, a hang-up and a termination end the run in an orderly way. The event tells them from
    the errors that also set `stop`."""
    interrupted = threading.Event()

    def handler(_number: int, _frame: object) -> None:
        interrupted.set()
        stop.set()

    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = [signal.signal(number, handler) for number in numbers]
    try:
        yield interrupted
    finally:
        for number, old in zip(numbers, before, strict=True):
            signal.signal(number, old)


def fuzz(
    target: Target,
    options: FuzzOptions,
    results: Results,
    findings: Findings,
    project: Path,
    stop: threading.Event,
    quiet: bool = False,
    growing: Path | None = None,
    stop_at_finding: bool = False,
) -> dict[str, Any]:
    """Fuzzes one target, writes targets/<target>-<flavor>/ and returns the target's entry of
    run.json. `growing` is where the corpus grows, instead of the cache; `stop_at_finding` ends the run
    at the first finding. Raises the errors of profile,
    stats and corpus when the target cannot be fuzzed."""
    env = profile.environment(target.flavor, project)
    model = stats.read_model(target.model)
    folder = f"targets/{safe_name(f'{target.name}-{target.flavor}')}"
    corpus = Corpus(project, target.name, target.build, target.replay, env, growing)
    campaign = Campaign(
        target, options, findings, corpus, env, results.where / folder / "log", stop
    )
    for note in layout_check.record(target, findings):
        campaign.note(note)
    series = Series()
    failed: list[Exception] = []

    def body() -> None:
        try:
            campaign.run()
        except Exception as error:  # raised again in the main thread
            failed.append(error)

    thread = threading.Thread(target=body, name=f"fuzz-{target.name}")
    thread.start()
    told: set[str] = set()
    with Live(quiet) as live:
        while thread.is_alive():
            thread.join(_TICK_SECONDS)
            if campaign.started and not failed:
                _tick(campaign, model, series, live)
                _tell_findings(campaign, told, live)
                if stop_at_finding and any(f.target == target.name for f in findings.all()):
                    stop.set()
    if failed:
        raise failed[0]
    return _finish(campaign, model, series, results, folder)


def _tick(campaign: Campaign, model: dict[str, Any], series: Series, live: Live) -> None:
    try:
        now = campaign.snapshot()
        cover = stats.coverage(model, now.stats)
    except stats.StatsError as error:
        if str(error) not in campaign.internal:
            campaign.internal.append(str(error))
        campaign.stop.set()
        return
    series.add(now, cover)
    live.update(status.line(campaign.target.name, now, series.rate, cover))


def _tell_findings(campaign: Campaign, told: set[str], live: Live) -> None:
    """One line for each finding, and each input that does not replay, when it is first found."""
    for finding in campaign.findings.all():
        if finding.target == campaign.target.name and finding.signature not in told:
            told.add(finding.signature)
            live.say(f"FINDING {finding.signature} after {campaign.seconds():.0f} s")
    for entry in campaign.findings.quarantine.of(campaign.target.name):
        if entry.name not in told:
            told.add(entry.name)
            live.say(f"DOES NOT REPLAY {entry.name}: {entry.first_difference}")


def _finish(
    campaign: Campaign, model: dict[str, Any], series: Series, results: Results, folder: str
) -> dict[str, Any]:
    now = campaign.snapshot()
    try:
        cover = stats.coverage(model, now.stats).as_dict()
    except stats.StatsError as error:
        campaign.internal.append(str(error))
        cover = stats.Coverage([], [], [], []).as_dict()
    files, size = campaign.corpus.size()
    campaign.findings.close()
    found = [
        finding.summary()
        for finding in campaign.findings.all()
        if finding.target == campaign.target.name
    ]
    seconds = max(campaign.seconds(), 1e-9)
    started = any(finding["rule"] != "FFH-START" for finding in found) or not found
    if (
        now.stats.runs == 0
        and started
        and not campaign.problems
        and not campaign.internal
        and not campaign.stop.is_set()
    ):
        campaign.internal.append("no input was run: there is no measurement")
    entry = {
        "target": campaign.target.name,
        "flavor": campaign.target.flavor,
        "contract": campaign.target.contract_name,
        "seconds": round(seconds, 3),
        "budget_seconds": campaign.options.seconds,
        "lanes": campaign.options.lanes,
        "granularity": campaign.options.granularity or campaign.target.granularity,
        "jobs": campaign.options.jobs,
        "seed": campaign.options.seed,
        "processes": campaign.processes,
        "runs": now.stats.runs,
        "runs_per_second": round(now.stats.runs / seconds, 1),
        "calls": now.stats.calls,
        "switches": now.stats.switches,
        "skipped": now.stats.skipped,
        "cov": now.cov,
        "features": now.features,
        "peak_rss_mb": campaign.peak_rss_mb,
        "coverage": cover,
        "corpus": {"files": files, "bytes": size},
        "findings": found,
        "replayed": replay_check.entry(
            campaign.replayed, campaign.findings.quarantine.of(campaign.target.name)
        ),
        "left_by_exit": campaign.left_by_exit,
        "notes": list(campaign.notes),
        "problems": list(campaign.problems),
        "internal": list(dict.fromkeys(campaign.internal)),
    }
    entry["outcome"] = outcome(entry)
    results.write(f"{folder}/series.csv", series.csv())
    results.write_json(
        f"{folder}/corpus.json",
        {
            "target": campaign.target.name,
            "files": files,
            "bytes": size,
            "directory": str(campaign.corpus.growing),
        },
    )
    return entry


def outcome(entry: dict[str, Any]) -> str:
    """internal, error, finding, nondeterministic, interrupted or pass: the worst of what happened."""
    if entry["internal"]:
        return "internal"
    if entry["problems"]:
        return "error"
    if entry["findings"]:
        return "finding"
    if nondeterministic(entry):
        return "nondeterministic"
    return "interrupted" if entry.get("interrupted") else "pass"


def nondeterministic(entry: dict[str, Any]) -> list[dict[str, Any]]:
    """The inputs that do not replay although everything was controlled."""
    return [one for one in entry["replayed"]["nondeterministic"] if not one["not_controlled"]]


def exit_code(outcomes: list[str]) -> int:
    """One exit code for several targets; without any there is no measurement."""
    if not outcomes:
        return exits.USAGE
    for name, code in (
        ("internal", exits.INTERNAL),
        ("error", exits.USAGE),
        ("finding", exits.FINDING),
        ("nondeterministic", exits.INTERNAL),
    ):
        if name in outcomes:
            return code
    return exits.PASS


def messages(entry: dict[str, Any]) -> list[str]:
    """The lines that explain an outcome of internal, error or nondeterministic."""
    return [
        *(f"FFH-INTERNAL: {text}" for text in entry["internal"]),
        *(f"{entry['target']}: {text}" for text in entry["problems"]),
        *(
            f"{entry['target']}: {one['name']} does not replay: {one['first_difference']}"
            for one in nondeterministic(entry)
        ),
    ]


__all__ = [
    "CorpusError",
    "commit",
    "engine",
    "exit_code",
    "fuzz",
    "messages",
    "nondeterministic",
    "outcome",
    "stop_on_signal",
]
