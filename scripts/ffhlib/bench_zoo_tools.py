"""What `ffh bench zoo` runs: ffihammer as a person runs it, and the hand-written libFuzzer targets. Each function
returns what was measured as a dictionary for the row of one entry and one tool."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import threading
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import paths, rules, sanitizer_report
from .bench_pairs import BenchError
from .bench_schedules_run import Ended, timed
from .engine import newest_artifact

FFIHAMMER = "ffihammer"
HAND = {"plain": "hand", "threads": "threads", "tsan": "tsan"}  # the tool's kind of binary
TOOLS = (FFIHAMMER, *HAND)
FLAVOR = {FFIHAMMER: "asan", "plain": "asan", "threads": "asan", "tsan": "tsan"}
NOTHING = "nothing"
HANG = "hang without a report"

INPUT_SECONDS = 5  # of one input of a hand-written target; a hang is a finding of theirs
_REPLAY_SECONDS = 2
_TWIN_RUNS = 20  # of a saved input with the twin: a report there is not about the planted bug
_GRACE_SECONDS = (
    120  # of a run beyond its budget: triage, the check of what is left, a busy machine
)
_FINDING = re.compile(r"^FINDING (\S+) after ")
_ABOUT = re.compile(r" on (?:unknown )?address\b.*| on 0x.*|: 0x.*| \(.*|$", re.DOTALL)


@dataclass(frozen=True)
class Entry:
    """An entry of the zoo, as the build describes it."""

    name: str  # zoo-NN-name
    language: str
    rules: tuple[str, ...]

    @property
    def twin(self) -> str:
        return f"{self.name}-fixed"

    @property
    def short(self) -> str:
        return self.name.removeprefix("zoo-")

    def binary(self, tool: str, twin: bool = False) -> str:
        return f"bench-{self.twin if twin else self.name}-{HAND[tool]}"


def entries(described: Path, only: tuple[str, ...] = ()) -> list[Entry]:
    """The entries of zoo.json: all, or those whose number or name is asked for."""
    try:
        content = json.loads(described.read_text(encoding="utf-8"))
        found = [Entry(one["name"], one["language"], tuple(one["rules"])) for one in content]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BenchError(f"cannot read {described}: {error}; run ffh build") from error
    chosen = []
    for word in only:
        matching = [one for one in found if word in (one.name, one.short, one.short.split("-")[0])]
        if not matching:
            raise BenchError(f"no such entry of the zoo: {word}")
        chosen += matching
    return sorted(set(chosen) if only else found, key=lambda entry: entry.name)


def rule_of(signature: str) -> str:
    """The rule that a signature begins with: the longest, as one rule may begin like another."""
    fits = [rule for rule in rules.load() if signature.startswith(f"{rule}-")]
    return max(fits, key=len, default="")


# ---- ffihammer


def ffihammer(
    entry: Entry, folder: Path, budget: int, replays: int, seed: int, stop: threading.Event
) -> dict[str, Any]:
    """`ffh run` until it says a finding of an expected rule, then `ffh repro` of that."""
    begin = time.monotonic()
    said, when, run = _run(entry.name, entry.rules, folder, budget, seed, stop)
    row: dict[str, Any] = {"budget": budget, "seed": seed, "spent": time.monotonic() - begin}
    found = {one["signature"]: one for one in run.get("findings", [])}
    right = [one for one in found.values() if one["rule"] in entry.rules]
    chosen = found.get(said) or next(iter(right or found.values()), None)
    row["others"] = sorted({one["rule"] for one in found.values()} - set(entry.rules))
    row["unsteady"] = [
        one["first_difference"] for one in run.get("replayed", {}).get("nondeterministic", [])
    ]
    row |= {"found": bool(right), "rule": "", "what": NOTHING, "seconds": None, "replay": None}
    if chosen is not None:
        seconds = when.get(chosen["signature"], run.get("seconds"))
        row |= {"rule": chosen["rule"], "what": chosen["rule"], "seconds": seconds}
        row["message"], row["signature"] = chosen["message"], chosen["signature"]
        row["replay"] = _repro(Path(chosen["path"]), chosen["signature"], replays, folder)
    elif run.get("outcome") not in ("pass", "interrupted"):
        row["what"] = (
            f"{run.get('outcome')}: {'; '.join(run.get('internal', []) + run.get('problems', []))}"
        )
    return row


def twin(
    entry: Entry, folder: Path, budget: int, seed: int, stop: threading.Event
) -> dict[str, Any]:
    """The fixed twin under `ffh run` for its whole budget: silent, or what it said."""
    _, _, run = _run(entry.twin, (), folder, budget, seed, stop)
    said = [one["signature"] for one in run.get("findings", [])]
    said += [one["name"] for one in run.get("replayed", {}).get("nondeterministic", [])]
    said += run.get("internal", []) + run.get("problems", [])
    silent = not said and run.get("outcome") == "pass"
    return {
        "budget": budget, "seed": seed, "silent": silent, "said": said, "outcome": run.get("outcome"),
        "runs": run.get("runs"), "seconds": run.get("seconds"),
    }  # fmt: skip


def _run(
    name: str,
    expected: tuple[str, ...],
    folder: Path,
    budget: int,
    seed: int,
    stop: threading.Event,
) -> tuple[str, dict[str, float], dict[str, Any]]:
    """The signature of the first expected finding, when each was said, and the target of run.json.
    The corpus is a new one: what earlier runs have learnt does not count."""
    results = folder / f"run-{name}"
    command = _ffh(
        "run", name, "--no-build", "--time", budget, "--seed", seed, "--results", results
    )
    command += ["--corpus", str(folder / f"corpus-{name}")]
    begin = time.monotonic()
    when: dict[str, float] = {}
    lines: list[str] = []
    said = ""
    process = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        text=True, errors="replace", start_new_session=True,
    )  # fmt: skip
    over = threading.Timer(budget + _GRACE_SECONDS, process.kill)
    over.start()
    try:
        for line in process.stderr or ():
            lines = [*lines[-20:], line.rstrip()]
            match = _FINDING.match(line)
            if match:
                when.setdefault(match[1], time.monotonic() - begin)
            right = match is not None and rule_of(match[1]) in expected
            if (right and not said) or stop.is_set():
                said = said or (match[1] if match else "")
                process.send_signal(signal.SIGINT)
        process.wait()
    except BaseException:
        process.send_signal(signal.SIGINT)
        process.wait()
        raise
    finally:
        over.cancel()
    found = sorted(results.glob("runs/*/run.json"))
    if stop.is_set():
        raise BenchError("interrupted")
    if not found:
        raise BenchError(
            f"ffh run {name} ended with {process.returncode}: {' | '.join(lines[-5:])}"
        )
    return said, when, json.loads(found[-1].read_text(encoding="utf-8"))["targets"][0]


def _repro(path: Path, signature: str, times: int, folder: Path) -> dict[str, Any]:
    """How many of the replays, each in a process of its own, are this finding with one trace."""
    command = _ffh("repro", path, "--times", times, "--no-build", "--json")
    done = subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace"
    )
    try:
        outcomes = json.loads(done.stdout)["outcomes"]
    except (ValueError, KeyError):
        (folder / "repro.log").write_text(done.stdout + done.stderr)
        return {"times": times, "same": 0, "outcomes": {done.stderr.strip()[-300:]: times}}
    same = max((one["count"] for one in outcomes if one["outcome"] == signature), default=0)
    seen: Counter[str] = Counter()
    for one in outcomes:
        seen[one["outcome"]] += one["count"]
    return {"times": times, "same": same, "outcomes": dict(seen)}


def _ffh(*words: object) -> list[str]:
    command = [
        paths.PROJECT / "scripts" / "ffh",
        "--no-install",
        "--build-dir",
        paths.BUILD,
        *words,
    ]
    return [str(word) for word in command]


# ---- hand-written targets


def environment(base: dict[str, str]) -> dict[str, str]:
    """What an engineer sets: sanitizers stop at their first report, and what is known to be none is
    suppressed."""
    env = {key: value for key, value in base.items() if not key.endswith("SAN_OPTIONS")}
    env["UBSAN_OPTIONS"] = "print_stacktrace=1"
    suppressions = paths.PROJECT / "harness" / "tests" / "bench" / "zoo" / "tsan.supp"
    env["TSAN_OPTIONS"] = f"halt_on_error=1:suppressions={suppressions}"
    return env


def libfuzzer(
    entry: Entry,
    tool: str,
    where: Path,
    folder: Path,
    base: dict[str, str],
    budget: int,
    replays: int,
    seed: int,
    stop: threading.Event,
) -> dict[str, Any]:
    """A hand-written target from an empty corpus until its first report. A report that the twin makes of the
    same input as well is none about the planted bug."""
    artifacts, corpus = folder / "artifacts", folder / "corpus"
    for made in (artifacts, corpus):
        made.mkdir(parents=True)
    env = environment(base)
    binary = where / "bin" / entry.binary(tool)
    ended = timed(
        [
            *(str(binary), f"-max_total_time={budget}", f"-timeout={INPUT_SECONDS}", f"-seed={seed}"),
            *("-rss_limit_mb=2560", "-print_final_stats=1", f"-artifact_prefix={artifacts}/", str(corpus)),
        ],
        env,
        budget + INPUT_SECONDS + 30,
        stop,
    )  # fmt: skip
    if stop.is_set():
        raise BenchError("interrupted")
    (folder / "log").write_text(ended.output)
    what = classify(ended)
    found = what not in (NOTHING, HANG)
    row: dict[str, Any] = {
        "budget": budget, "seed": seed, "spent": ended.seconds, "found": found, "what": what,
        "seconds": ended.seconds if found else None, "rule": "", "replay": None,
    }  # fmt: skip
    saved = newest_artifact(artifacts)
    if not found:
        return row
    if saved is None:
        return row | {
            "replay": {"times": replays, "same": 0, "outcomes": {"no input was saved": replays}}
        }
    of_twin = _replays(
        where / "bin" / entry.binary(tool, True), saved, env, min(_TWIN_RUNS, replays), stop
    )
    row["twin"] = dict(of_twin)
    if any(said != NOTHING for said in of_twin):
        return row | {"found": False, "what": f"false: {what}"}
    seen = _replays(binary, saved, env, replays, stop)
    return row | {"replay": {"times": replays, "same": seen[what], "outcomes": dict(seen)}}


def _replays(
    binary: Path, saved: Path, env: dict[str, str], times: int, stop: threading.Event
) -> Counter[str]:
    seen: Counter[str] = Counter()
    for _ in range(times):
        command = [str(binary), f"-timeout={_REPLAY_SECONDS}", "-rss_limit_mb=2560", str(saved)]
        ended = timed(command, env, _REPLAY_SECONDS + 30, stop)
        if stop.is_set():
            raise BenchError("interrupted")
        seen[classify(ended)] += 1
    return seen


def classify(ended: Ended) -> str:
    """What a libFuzzer process said, in the words of its tool: "heap-use-after-free", "leak", "data race"."""
    if ended.code == 0:
        return NOTHING
    if ended.code is None:
        return HANG
    report = sanitizer_report.parse(ended.output)
    if report is None:
        return f"exit {ended.code}" if ended.code > 0 else f"signal {-ended.code}"
    if report.rule == "FFH-LEAK":
        return "leak"
    headline = report.headline.partition("Sanitizer: ")[2] or report.headline
    if headline.startswith("Rust panicked"):
        return "panic"
    if any(note.startswith("terminate called") for note in report.notes):
        return "uncaught exception"
    if headline.startswith("libFuzzer: "):
        return re.sub(r" after .*| \(.*", "", headline.removeprefix("libFuzzer: "))
    if report.tool == "ubsan":
        return "undefined behaviour"
    return _ABOUT.sub("", headline.removeprefix("attempting "), count=1).strip()
