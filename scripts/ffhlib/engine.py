"""One libFuzzer process: its command, its log, what it prints about coverage, and how it ended."""

from __future__ import annotations

import collections
import contextlib
import math
import os
import re
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from . import stats
from .replayer import MEMORY_MB, kill_group
from .stats import Stats
from .target import Target

MAX_LEN = 65536
_LOG_CAP = 16 << 20  # bytes of one process's output that are written to its log
_TAIL_LINES = 4000
_TAIL_BYTES = 32 << 20  # a finding's line holds its whole plan
_SCRATCH_BYTES = 256 << 20
_STATUS = re.compile(rb"^#(\d+)\s+\w+\s+cov: (\d+) ft: (\d+)")
_RSS = re.compile(rb"^(?:#\d+\s.* rss: |stat::peak_rss_mb:\s+)(\d+)")


@dataclass(frozen=True)
class FuzzOptions:
    """How to fuzz. `runs` 0 means until the time is over; `timeout` is for one input."""

    seconds: float
    lanes: int = 4
    seed: int = 1
    jobs: int = 1
    runs: int = 0
    timeout: int = 25
    granularity: str = ""  # "": the target's own


def input_timeout(seconds: float) -> int:
    """Seconds that one input may take: at most 25, and few enough that a hang leaves time."""
    return int(min(25, max(3, seconds // 4)))


@dataclass
class Inputs:
    """Where a process reads and writes inputs."""

    corpus: Path
    seeds: Path
    artifacts: Path


def command(
    target: Target,
    options: FuzzOptions,
    inputs: Inputs,
    seed: int,
    seconds: float,
    page: Path,
    core: int,
) -> list[str]:
    """libFuzzer's command line. Leaks are the runtime's to check; -timeout is always there because
    -max_total_time alone overruns."""
    line = [
        str(target.fuzz),
        f"--ffh-lanes={options.lanes}",
        f"--ffh-granularity={options.granularity or target.granularity}",
        f"--ffh-stats={page}",
        f"--ffh-core={core}",
        f"-timeout={options.timeout}",
        f"-rss_limit_mb={MEMORY_MB}",
        f"-malloc_limit_mb={MEMORY_MB}",
        "-detect_leaks=0",
        f"-max_len={MAX_LEN}",
        "-print_final_stats=1",
        "-error_exitcode=2",
        "-timeout_exitcode=2",
        "-reload=1",
        f"-artifact_prefix={inputs.artifacts}/",
        f"-seed={seed % 0xFFFFFFFF or 1}",
        f"-max_total_time={max(1, math.ceil(seconds))}",
    ]
    if options.runs:
        line.append(f"-runs={options.runs}")
    if target.dict:
        line.append(f"-dict={target.dict}")
    return [*line, str(inputs.corpus), str(inputs.seeds)]


class Process:
    """A running libFuzzer process with its output pumped into a log and a tail kept in memory."""

    def __init__(
        self, line: list[str], env: dict[str, str], log: Path, page: Path, temporary: Path
    ) -> None:
        self.page = page
        self.cov = 0
        self.features = 0
        self.peak_rss_mb = 0
        self.started = time.monotonic()
        self.last_progress = self.started
        self.log_error = ""
        self._last_runs = -1
        self._head: list[bytes] = []
        self._tail: collections.deque[bytes] = collections.deque()
        self._tail_bytes = 0
        self._cut = False  # the tail is not all of it
        self._temporary = temporary
        temporary.mkdir(parents=True, exist_ok=True)
        self._popen = subprocess.Popen(
            line,
            env={**env, "TMPDIR": str(temporary)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self._pump_thread = threading.Thread(target=self._pump, args=(log,), daemon=True)
        self._pump_thread.start()

    def _pump(self, log: Path) -> None:
        written = 0
        pipe = self._popen.stdout
        assert pipe is not None
        with contextlib.ExitStack() as stack:
            file = None
            with contextlib.suppress(OSError):
                log.parent.mkdir(parents=True, exist_ok=True)
                file = stack.enter_context(log.open("ab", buffering=0))
            while line := pipe.readline(1 << 16):
                match = _STATUS.match(line)
                if match:
                    self.cov, self.features = int(match[2]), int(match[3])
                if match := _RSS.match(line):
                    self.peak_rss_mb = max(self.peak_rss_mb, int(match[1]))
                if len(self._head) < 50:
                    self._head.append(line)
                self._keep(line)
                if file is None or written > _LOG_CAP:
                    continue
                try:
                    written += file.write(line)
                except OSError as error:
                    self.log_error, file = error.strerror or str(error), None

    def _keep(self, line: bytes) -> None:
        self._tail.append(line)
        self._tail_bytes += len(line)
        while len(self._tail) > _TAIL_LINES or self._tail_bytes > _TAIL_BYTES:
            self._tail_bytes -= len(self._tail.popleft())
            self._cut = True

    def poll(self) -> int | None:
        return self._popen.poll()

    def read_stats(self) -> Stats | None:
        """The process's statistics so far; notes when they move."""
        page = stats.read(self.page)
        if page and page.runs != self._last_runs:
            self._last_runs, self.last_progress = page.runs, time.monotonic()
        return page

    def interrupt(self) -> None:
        """Asks libFuzzer to end; it prints its statistics first."""
        with contextlib.suppress(ProcessLookupError):
            self._popen.send_signal(signal.SIGINT)

    def kill(self) -> None:
        kill_group(self._popen)

    def finish(self, grace: float) -> int:
        """Waits up to `grace` seconds, kills what is left, and returns the exit code."""
        try:
            self._popen.wait(timeout=grace)
        except subprocess.TimeoutExpired:
            self.kill()
        code = self._popen.wait()
        self.kill()  # children that it left
        self._pump_thread.join(timeout=5)
        shutil.rmtree(self._temporary, ignore_errors=True)
        return code

    @property
    def output(self) -> str:
        """The end of what it printed (and the beginning, when that is not the same)."""
        lines = [*self._head, b"[...]\n", *self._tail] if self._cut else list(self._tail)
        return b"".join(lines).decode("utf-8", "replace")


def newest_artifact(folder: Path) -> Path | None:
    """The input that libFuzzer saved when it stopped; slow units are not errors."""
    found = [
        path
        for path in folder.iterdir()
        if path.name.startswith(("crash-", "timeout-", "oom-", "leak-"))
    ]
    return max(found, key=lambda path: path.stat().st_mtime_ns, default=None)


def came_to_its_end(output: str) -> bool:
    """Whether libFuzzer ended the process, and not an exit() of the library."""
    return "stat::number_of_executed_units:" in output


def scratch_base() -> str | None:
    """Where the private directories of targets lie: in memory where there is room, unless TMPDIR
    says otherwise."""
    memory = Path("/dev/shm")
    if os.environ.get("TMPDIR") or not os.access(memory, os.W_OK):
        return None
    with contextlib.suppress(OSError):
        if shutil.disk_usage(memory).free >= _SCRATCH_BYTES:
            return str(memory)
    return None


def make_scratch() -> Path:
    """A private directory for one campaign. Those of campaigns that were killed go first."""
    base = Path(scratch_base() or tempfile.gettempdir())
    for old in base.glob("ffh-run-*-*"):
        owner = old.name.split("-")[2]
        if owner.isdigit() and not Path(f"/proc/{owner}").exists():
            shutil.rmtree(old, ignore_errors=True)
    return Path(tempfile.mkdtemp(prefix=f"ffh-run-{os.getpid()}-", dir=base))


def core_of(job: int) -> int:
    cores = sorted(os.sched_getaffinity(0))
    return cores[job % len(cores)]
