"""Processes of `ffh bench schedules`: one command at a time on a core, with exact wall time."""

from __future__ import annotations

import os
import select
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from . import replayer

_MAX_OUTPUT = 1 << 20
_STOP_SECONDS = 0.5  # until a request to stop is seen


@dataclass(frozen=True)
class Ended:
    """`code` is None after a time-out, when the whole process group has been killed."""

    code: int | None
    output: str
    seconds: float
    processor: float  # seconds of it, of all threads


def timed(
    command: Sequence[str],
    env: dict[str, str],
    timeout: float,
    stop: threading.Event | None = None,
) -> Ended:
    """Runs a command. Its time is exact: waiting is on the process, not by polling. `stop` ends it
    early, as a time-out does."""
    with tempfile.TemporaryFile() as sink:
        begin = time.monotonic()
        process = subprocess.Popen(
            list(command),
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        handle = os.pidfd_open(process.pid)
        try:
            ended = False
            while not ended and time.monotonic() - begin < timeout and not (stop and stop.is_set()):
                left = begin + timeout - time.monotonic()
                ended = bool(select.select([handle], [], [], max(0.0, min(left, _STOP_SECONDS)))[0])
            seconds = time.monotonic() - begin
        finally:
            os.close(handle)
            replayer.kill_group(process)
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = code = os.waitstatus_to_exitcode(status)
        sink.seek(0)
        output = sink.read(_MAX_OUTPUT).decode("utf-8", "replace")
    processor = usage.ru_utime + usage.ru_stime
    return Ended(code if ended else None, output, seconds, processor)


class Cores:
    """Gives each thread that takes part a core of its own; its processes stay on that core."""

    def __init__(self) -> None:
        self.all = sorted(os.sched_getaffinity(0))
        self._next = 0
        self._lock = threading.Lock()

    def take(self) -> None:
        """Called by each thread of a pool when it starts."""
        with self._lock:
            core = self.all[self._next % len(self.all)]
            self._next += 1
        os.sched_setaffinity(0, {core})  # of this thread, and of what it starts

    def take_all(self) -> None:
        """Called instead by a thread whose processes may use every core."""
        os.sched_setaffinity(0, self.all)


def without_symbols(env: dict[str, str]) -> dict[str, str]:
    """Looking up names takes far longer than what is measured, and is the same for every side."""
    return {
        name: f"{value}:symbolize=0" if name.endswith("SAN_OPTIONS") else value
        for name, value in env.items()
    }


def compiled(replay: Path, text: str, name: str, folder: Path, env: dict[str, str]) -> Path:
    """The plan of a text as a file in the folder."""
    source, out = folder / f"{name}.plan", folder / f"{name}.bin"
    source.write_text(text, encoding="utf-8")
    code, _, message = replayer.compile_text(replay, source, out, env)
    if code != 0:
        from .bench_pairs import BenchError

        raise BenchError(f"the plan {name} cannot be compiled: {message}")
    return out


def side_by_side(
    work: Sequence[Callable[[], None]],
    jobs: int,
    prepare: Callable[[], None],
    stop: threading.Event,
) -> None:
    """Does the work, so many pieces at a time, on threads that `prepare` themselves; the first that fails, and an
    interruption, sets `stop` for the others."""
    with ThreadPoolExecutor(jobs, initializer=prepare) as pool:
        waiting = [pool.submit(piece) for piece in work]
        try:
            for future in waiting:
                future.result()
        except BaseException:
            stop.set()
            raise
