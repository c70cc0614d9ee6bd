"""Runs one plan file in one process of a target's replay binary and says what came of it."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from . import rules, sanitizer_report, signature, symbolize
from .sanitizer_report import SanitizerReport

NOTHING, FINDING, USAGE, INTERNAL = "nothing", "finding", "usage", "internal"

MEMORY_MB = 2560  # of one target process, as OSS-Fuzz runs targets
_GRACE_SECONDS = 10  # beyond the replay's own --timeout
_MAX_OUTPUT = 4 << 20
_TRACE = re.compile(
    r"^trace: (?P<trace>\S+)(?: calls: (?P<calls>\d+))?(?: skipped: (?P<skipped>\d+))?"
    r"(?: switches: (?P<switches>\d+))?(?: points: (?P<points>\d+))?(?: leftover: \d+)?"
    r"(?: not controlled: (?P<not_controlled>.+))?$",
    re.MULTILINE,
)
_FINDING_LINE = re.compile(r"^FFH-FINDING (\{.*)$", re.MULTILINE)
_SIGNAL_RULES = {
    signal.SIGSEGV: "FFH-SEGV",
    signal.SIGBUS: "FFH-SEGV",
    signal.SIGILL: "FFH-SEGV",
    signal.SIGFPE: "FFH-SEGV",
    signal.SIGABRT: "FFH-ABORT",
    signal.SIGKILL: "FFH-OOM",
    signal.SIGALRM: "FFH-TIMEOUT",
}


@dataclass
class Outcome:
    """What one process did. `rule` and `signature` are "" unless kind is FINDING."""

    kind: str
    code: int
    rule: str = ""
    signature: str = ""
    trace: str = ""
    message: str = ""
    output: str = ""
    calls: int | None = None  # that ran; None when the process did not come to its end
    skipped: int | None = None
    not_controlled: str = ""  # what made the run depend on something outside
    report: dict[str, Any] = field(default_factory=dict)  # what the replay's --report says
    sanitizer: SanitizerReport | None = None

    @property
    def identity(self) -> tuple[str, str]:
        """What is equal in every replay: the outcome and the trace. When a limit strikes is chance,
        and so is the trace up to there."""
        return self.label, "" if self.rule in signature.UNSTABLE else self.trace

    @property
    def label(self) -> str:
        """One word or line for tables."""
        if self.kind == FINDING:
            return self.signature
        return {"nothing": "nothing found", "usage": "cannot be run", "internal": "FFH-INTERNAL"}[
            self.kind
        ]


def kill_group(process: subprocess.Popen[bytes], sig: int = signal.SIGKILL) -> None:
    """Signals the process group that the process leads; one that has ended is no error."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, sig)


def capture(
    command: list[str], env: dict[str, str], timeout: float, cwd: Path | None = None
) -> tuple[int | None, str]:
    """Runs a command in a process group of its own; (exit code, output). None after a time-out,
    when the whole group has been killed. A file takes the output: no pipe can fill or stay open."""
    with tempfile.TemporaryFile() as sink:
        process = subprocess.Popen(
            command,
            env=env,
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        code: int | None
        try:
            code = process.wait(timeout=timeout)
        except subprocess.TimeoutExpired:
            code = None
        finally:
            kill_group(process)
            process.wait()
        size = sink.tell()
        sink.seek(0)
        data = sink.read(_MAX_OUTPUT // 2)
        if size > _MAX_OUTPUT:
            data += f"\n[{size - _MAX_OUTPUT} bytes left out]\n".encode()
            sink.seek(-(_MAX_OUTPUT // 2), os.SEEK_END)
        data += sink.read(_MAX_OUTPUT // 2)
    return code, data.decode("utf-8", "replace")


def load_report(path: Path) -> dict[str, Any]:
    """What --report wrote; {} when there is nothing that can be read."""
    try:
        report = json.loads(path.read_text(encoding="utf-8", errors="replace"))
    except (OSError, ValueError):
        return {}
    return report if isinstance(report, dict) else {}


def last_line(text: str) -> str:
    return next((line.strip() for line in reversed(text.splitlines()) if line.strip()), "")


def _printed_report(output: str) -> dict[str, Any]:
    """The finding that the runtime printed; a sanitizer's report may follow it."""
    match = _FINDING_LINE.search(output)
    if not match:
        return {}
    try:
        report, _ = json.JSONDecoder().raw_decode(match[1])
    except ValueError:
        return {}
    return report if isinstance(report, dict) else {}


def _is_refusal(code: int | None, output: str) -> bool:
    """Whether the program itself said why it cannot run, or the loader did."""
    if code == 127:
        return True
    return code == 1 and any(line.startswith("ffihammer: ") for line in output.splitlines())


def _rule(code: int | None, parsed: SanitizerReport | None, report: dict[str, Any]) -> str:
    """The rule of a process that ended badly: the runtime's word first, then the sanitizer's."""
    if code is None:
        return "FFH-TIMEOUT"
    said = str(report.get("rule") or "")
    if said:
        return said
    if parsed:
        return parsed.rule
    if report.get("message") == "aborted":
        return "FFH-ABORT"
    if code < 0:
        return _SIGNAL_RULES.get(signal.Signals(-code), rules.UNCLASSIFIED)
    return rules.UNCLASSIFIED


def classify(
    code: int | None, output: str, report: dict[str, Any], *, complete: bool = True
) -> Outcome:
    """What an ended process means. `code` is None when it was killed for hanging; `report` is what
    --report wrote, {} without. `complete` says whether the program came to its own end, which tells
    its exit code from one that the library chose."""
    report = report or _printed_report(output)
    if code != 0 or not complete:
        output, report = symbolize.text(output), symbolize.report(report)
    trace = _TRACE.search(output)
    outcome = Outcome(
        NOTHING,
        code if code is not None else -signal.SIGKILL,
        output=output,
        report=report,
        trace=trace["trace"] if trace else str(report.get("trace") or ""),
        not_controlled=str(
            (trace and trace["not_controlled"]) or report.get("not_controlled") or ""
        ),
    )
    if trace and trace["calls"]:
        outcome.calls, outcome.skipped = int(trace["calls"]), int(trace["skipped"] or 0)
    parsed = sanitizer_report.parse(output)
    if parsed and parsed.internal:
        outcome.kind, outcome.message = INTERNAL, parsed.headline
        return outcome
    if code == 0 and complete:
        return outcome
    if not parsed and not report and _is_refusal(code, output):
        outcome.kind, outcome.message = USAGE, last_line(output)
        return outcome
    outcome.kind, outcome.sanitizer = FINDING, parsed
    if code in (0, 1, 3) and not parsed and not report:
        outcome.rule, outcome.message = "FFH-EXIT", f"the process was ended with exit code {code}"
    else:
        outcome.rule = _rule(code, parsed, report)
        outcome.message = (
            str(report.get("message") or "")
            or (parsed.headline if parsed else "")
            or last_line(output)
        )
    outcome.signature = signature.make(
        outcome.rule,
        parsed,
        str(report.get("function") or ""),
        str(report.get("parameter") or ""),
        report,
    )
    return outcome


def replay(
    binary: Path,
    file: Path,
    env: dict[str, str],
    timeout: int,
    events: Path | None = None,
    options: Sequence[str] = (),
) -> Outcome:
    """Runs the file once in a fresh process; a hang is killed and is an FFH-TIMEOUT finding. What
    happened, event by event, is written to `events`. `options` are further ones of the binary."""
    work = Path(tempfile.mkdtemp(prefix="ffh-replay-"))
    try:
        report = work / "report.json"
        code, output = capture(
            [
                *(str(binary), "--timeout", str(timeout), "--report", str(report)),
                *(("--events", str(events)) if events else ()),
                *options,
                str(file),
            ],
            {**_limited(env), "TMPDIR": str(work)},
            timeout + _GRACE_SECONDS,
        )
        return classify(code, output, load_report(report), complete=bool(_TRACE.search(output)))
    except OSError as error:
        return Outcome(USAGE, 1, message=f"cannot run {binary}: {error.strerror}; run ffh build")
    finally:
        shutil.rmtree(work, ignore_errors=True)


def traces(
    binary: Path, files: Sequence[Path], env: dict[str, str], timeout: int
) -> tuple[list[str], Outcome]:
    """What the runs of the files, one after another in one process, say of their traces: a line for
    each file up to the one that ended the process, and how the process ended."""
    work = Path(tempfile.mkdtemp(prefix="ffh-traces-"))
    try:
        code, output = capture(
            ["nice", str(binary), "--timeout", str(timeout), "--traces", *map(str, files)],
            {**_limited(env), "TMPDIR": str(work)},
            (timeout + 1) * len(files) + _GRACE_SECONDS,
        )
    except OSError as error:
        return [], Outcome(
            USAGE, 1, message=f"cannot run {binary}: {error.strerror}; run ffh build"
        )
    finally:
        shutil.rmtree(work, ignore_errors=True)
    lines = [line for line in output.splitlines() if line.startswith("trace: ")]
    return lines[: len(files)], classify(code, output, {}, complete=len(lines) >= len(files))


def not_controlled(line: str) -> str:
    """What a line of `traces` says was not controlled, "" when all was."""
    match = _TRACE.match(line)
    return str(match["not_controlled"] or "") if match else ""


def _limited(env: dict[str, str]) -> dict[str, str]:
    """The memory limit that libFuzzer sets itself, for a process without libFuzzer."""
    if "ASAN_OPTIONS" not in env:
        return env
    return {**env, "ASAN_OPTIONS": f"{env['ASAN_OPTIONS']}:hard_rss_limit_mb={MEMORY_MB}"}


def show(binary: Path, file: Path, env: dict[str, str]) -> tuple[int, str, str]:
    """The plan of a file as text: (exit code, text, message)."""
    return _run_tool([str(binary), "--show", str(file)], env)


def compile_text(binary: Path, text: Path, out: Path, env: dict[str, str]) -> tuple[int, str, str]:
    """Writes the binary of a plan text: (exit code, "", message)."""
    return _run_tool([str(binary), "--compile", str(text), str(out)], env)


def _run_tool(command: list[str], env: dict[str, str]) -> tuple[int, str, str]:
    try:
        done = subprocess.run(
            command, env=env, stdin=subprocess.DEVNULL, capture_output=True, timeout=60, check=False
        )
    except subprocess.TimeoutExpired:
        return 3, "", f"{Path(command[0]).name} {command[1]} did not end within 60 seconds"
    except OSError as error:
        return 1, "", f"cannot run {command[0]}: {error.strerror}; run ffh build"
    message = done.stderr.decode("utf-8", "replace").strip()
    code = done.returncode if done.returncode in (0, 1, 3) else 3
    return code, done.stdout.decode("utf-8", "replace"), message
