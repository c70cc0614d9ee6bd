"""Child processes: run and capture, or run into a log, and never leave one behind."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from .exits import FfhError

TIMED_OUT = -1000


class ProcessError(FfhError):
    """A program could not be started."""


@dataclass(frozen=True)
class Done:
    """code is the exit code, minus the signal that ended it, or TIMED_OUT."""

    code: int
    out: str
    err: str

    @property
    def text(self) -> str:
        return self.out + self.err


def capture(
    command: Sequence[str | Path],
    *,
    timeout: float = 60,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
) -> Done:
    """Runs a command to its end; at the timeout its whole process group is killed."""
    process = _start(command, cwd, env, subprocess.PIPE, subprocess.PIPE)
    try:
        out, err = process.communicate(timeout=timeout)
        code = process.returncode
    except subprocess.TimeoutExpired:
        _kill(process)
        out, err = process.communicate()
        code = TIMED_OUT
    except BaseException:
        _kill(process)
        raise
    return Done(code, _text(out), _text(err))


def logged(
    command: Sequence[str | Path],
    log: Path,
    *,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    on_line: Callable[[str], None] | None = None,
) -> int:
    """Runs a command whose output is appended to a log file, and shown line by line to on_line;
    returns its exit code."""
    try:
        log.parent.mkdir(parents=True, exist_ok=True)
        stream = log.open("ab", buffering=0)
    except OSError as error:
        raise ProcessError(f"cannot write {log}: {error.strerror}") from error
    with stream:
        stream.write(f"$ {' '.join(map(str, command))}\n".encode())
        process = _start(
            command, cwd, env, subprocess.PIPE if on_line else stream, subprocess.STDOUT
        )
        try:
            for line in process.stdout or ():
                stream.write(line)
                if on_line:
                    on_line(_text(line).rstrip())
            return process.wait()
        except BaseException:
            _kill(process)
            process.wait()
            raise


def tail(log: Path, lines: int = 30) -> str:
    """The last lines of a log."""
    try:
        text = log.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        return f"(cannot read {log}: {error.strerror})"
    return "\n".join(text.splitlines()[-lines:])


def _start(
    command: Sequence[str | Path],
    cwd: Path | None,
    env: Mapping[str, str] | None,
    stdout: object,
    stderr: object,
) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(
            [str(part) for part in command],
            cwd=cwd,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            stderr=stderr,  # type: ignore[call-overload]
            start_new_session=True,
        )
    except OSError as error:
        raise ProcessError(f"cannot run {command[0]}: {os.strerror(error.errno or 0)}") from error


def _kill(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)


def _text(data: bytes | None) -> str:
    return (data or b"").decode("utf-8", "replace")
