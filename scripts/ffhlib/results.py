"""Where a run writes: results/runs/<utc>-<commit>-<mode>/. results/README.md is the schema.

Every file appears whole or not at all. When the directory stops taking writes (full, read-only),
the rest goes to a temporary directory and nothing already made is lost; `problem` then holds the
one message to print."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import os
import re
import shutil
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

SCHEMA = 1


class ResultsError(Exception):
    """Nothing can be written, neither in the results directory nor in the temporary one."""


def utc_now() -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


def safe_name(name: str) -> str:
    """A name from a file or a program as one harmless path component."""
    cleaned = re.sub(r"[^A-Za-z0-9._-]+", "_", name).lstrip(".-")[:120]
    return cleaned or "unnamed"


def write_atomic(path: Path, data: bytes) -> None:
    """Writes a file so that a reader sees the old content or the new, also after a crash."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def to_json(value: Any) -> bytes:
    return (json.dumps(value, indent=2, sort_keys=False, default=str) + "\n").encode()


class Results:
    """One run's directory. Any thread may write."""

    def __init__(self, root: Path, mode: str, commit: str) -> None:
        self.root = root
        self.started = utc_now()
        self.problem = ""
        self._lock = threading.Lock()
        self._fallback: Path | None = None
        stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
        name = safe_name(f"{stamp}-{commit}-{mode}")
        self.path = self._create(root / "runs", name)

    def _create(self, runs: Path, name: str) -> Path:
        try:
            runs.mkdir(parents=True, exist_ok=True)
            for number in range(1, 1000):
                path = runs / (name if number == 1 else f"{name}-{number}")
                try:
                    path.mkdir()
                except FileExistsError:
                    continue
                write_atomic(
                    path / "run.json", to_json({"schema": SCHEMA, "started": self.started})
                )
                return path
        except OSError as error:
            raise ResultsError(
                f"cannot write results under {runs}: {error.strerror or error}; make the directory "
                "writable, free space on its disk, or choose another with --results DIR"
            ) from error
        raise ResultsError(f"{runs} already holds 1000 runs named {name}; remove some")

    @property
    def where(self) -> Path:
        """The directory that takes writes now."""
        return self._fallback or self.path

    def _fail_over(self, error: OSError) -> Path:
        with self._lock:
            if self._fallback is None:
                try:
                    self._fallback = Path(tempfile.mkdtemp(prefix="ffh-results-"))
                except OSError as second:
                    raise ResultsError(
                        f"cannot write results under {self.path} ({error.strerror}) nor under "
                        f"{tempfile.gettempdir()} ({second.strerror}); free space and run again"
                    ) from second
                # A finding lies in one place, whole.
                with contextlib.suppress(OSError, shutil.Error):
                    shutil.copytree(self.path / "findings", self._fallback / "findings")
                self.problem = (
                    f"cannot write results under {self.path}: {error.strerror or error}; what was "
                    f"written before is there, the rest is in {self._fallback}; free space or make "
                    "the directory writable and run again"
                )
            return self._fallback

    def write(self, relative: str, data: bytes | str) -> Path:
        """Writes one file of the run, atomically, and returns where it is."""
        body = data.encode("utf-8", "replace") if isinstance(data, str) else data
        target = self.where / relative
        try:
            write_atomic(target, body)
            return target
        except OSError as error:
            target = self._fail_over(error) / relative
        try:
            write_atomic(target, body)
        except OSError as error:
            raise ResultsError(f"cannot write {target}: {error.strerror}; free space") from error
        return target

    def write_json(self, relative: str, value: Any) -> Path:
        return self.write(relative, to_json(value))

    def publish(self) -> None:
        """Points results/latest at this run."""
        link = self.root / "latest"
        temporary = self.root / f".latest.{os.getpid()}"
        try:
            temporary.unlink(missing_ok=True)
            temporary.symlink_to(self.path.relative_to(self.root))
            os.replace(temporary, link)
        except OSError as error:
            temporary.unlink(missing_ok=True)
            self._fail_over(error)

    def append_history(self, row: dict[str, Any]) -> None:
        """One line for each target and run in results/history.csv; the header comes first."""
        path = self.root / "history.csv"
        try:
            text = io.StringIO()
            writer = csv.DictWriter(text, fieldnames=list(row), lineterminator="\n")
            if not path.exists() or path.stat().st_size == 0:
                writer.writeheader()
            writer.writerow(row)
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
            try:
                data = text.getvalue().encode()
                if os.write(handle, data) != len(data):
                    raise OSError(28, "No space left on device")
            finally:
                os.close(handle)
        except OSError as error:
            self._fail_over(error)
