"""Inputs of a target: committed seeds and regressions, and the corpus that grows from run to run.

The growing corpus is .cache/corpus/<target>/. libFuzzer writes new inputs straight into it, each
under its SHA-1, so an interrupted run loses nothing. A file whose name is not its SHA-1 was cut off
while being written and is dropped at the next start. An input that crashes the target moves to
.cache/corpus/<target>.crashes/, out of the way of the next run: its finding is what is kept. One that
does not replay moves to .cache/corpus/<target>.quarantine/."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from . import replayer

MAX_INPUT = 1 << 20  # FFH_MAX_INPUT in harness/base/limits.h
MAGIC = b"FFH"
VERSION = 1  # FFH_FORMAT_VERSION in harness/plan/format.h
_VERSIONS = 32  # a fourth byte below this is a format version; the bytes are raw otherwise
TEXT_MAGIC = b"ffihammer plan "


class CorpusError(Exception):
    """A corpus file or directory cannot be used; the message says what to do."""


def target_id(name: str) -> int:
    """FNV-1a, 32 bits, as ffh_id() in harness/base/id.h."""
    value = 2166136261
    for byte in name.encode():
        value = (value ^ byte) * 16777619 & 0xFFFFFFFF
    return value


@dataclass(frozen=True)
class Kind:
    """What a file holds. `format` is text, binary, raw or empty. `target` is a text's name,
    `target_id` a binary's number."""

    format: str
    target: str = ""
    target_id: int = 0
    version: str = ""


def inspect(data: bytes) -> Kind:
    """Recognises a plan file by its first bytes."""
    if not data:
        return Kind("empty")
    head = _behind_comments(data)
    if head.startswith(TEXT_MAGIC):
        first = head.split(b"\n", 1)[0].decode("utf-8", "replace").split()
        fields = dict(word.split("=", 1) for word in first if "=" in word)
        return Kind(
            "text", target=fields.get("target", ""), version=first[2] if len(first) > 2 else ""
        )
    if data[:3] == MAGIC and len(data) >= 4 and data[3] < _VERSIONS:
        number = int.from_bytes(data[4:8], "little") if len(data) >= 8 else 0
        return Kind("binary", target_id=number, version=str(data[3]))
    return Kind("raw")


def load(path: Path) -> bytes:
    """A corpus file's bytes, or a CorpusError that says what is wrong with it."""
    try:
        if path.is_dir():
            raise CorpusError(f"{path} is a directory without a finding's input; name a file")
        size = path.stat().st_size
        if size > MAX_INPUT and not _is_text(path):
            raise CorpusError(f"{path} has {size} bytes; an input has at most {MAX_INPUT}")
        if size > 4 * MAX_INPUT:
            raise CorpusError(f"{path} has {size} bytes; a plan text has at most {4 * MAX_INPUT}")
        return path.read_bytes()
    except OSError as error:
        raise CorpusError(f"cannot read {path}: {error.strerror}") from error


def _is_text(path: Path) -> bool:
    with path.open("rb") as file:
        return _behind_comments(file.read(_LONGEST_HEAD)).startswith(TEXT_MAGIC)


_LONGEST_HEAD = 1 << 16  # of the comments before a plan text


def _behind_comments(data: bytes) -> bytes:
    """What follows the comments and empty lines that a plan text may begin with."""
    at = 0
    while at < len(data) and (data[at] == ord("#") or data[at : at + 1].isspace()):
        end = data.find(b"\n", at) if data[at] == ord("#") else at
        if end < 0:
            break
        at = end + 1
    return data[at:]


class Corpus:
    """The corpus of one target. `growing` is where it grows, instead of the cache."""

    def __init__(
        self,
        project: Path,
        target: str,
        build: Path,
        replay: Path,
        env: dict[str, str],
        growing: Path | None = None,
    ) -> None:
        self.committed = project / "corpus" / target
        self.growing = growing or project / ".cache" / "corpus" / target
        self.crashes = self.growing.with_name(f"{self.growing.name}.crashes")
        self.quarantined = self.growing.with_name(f"{self.growing.name}.quarantine")
        self._compiled = build / "targets" / target / "seeds"
        self._replay = replay
        self._env = env

    def prepare(self) -> None:
        """Creates the growing corpus and drops files that were cut off."""
        try:
            self.growing.mkdir(parents=True, exist_ok=True)
            for path in self.growing.iterdir():
                if path.is_file() and len(path.name) == 40 and not _is_whole(path):
                    path.unlink()
        except OSError as error:
            raise CorpusError(
                f"cannot use the corpus {self.growing}: {error.strerror}; make it writable"
            ) from error

    def compile_seeds(self) -> list[Path]:
        """The committed seeds and regressions as binary files. A text is compiled again only when
        it or the replay binary is newer than the result."""
        built = []
        for folder in ("seeds", "regress"):
            directory = self.committed / folder
            for source in sorted(directory.iterdir()) if directory.is_dir() else []:
                if source.is_file() and not source.name.startswith("."):
                    built.append(self._compile(source, folder))
        wanted = set(built)
        if self._compiled.is_dir():
            for stale in [path for path in self._compiled.iterdir() if path not in wanted]:
                stale.unlink(missing_ok=True)
        return built

    def _compile(self, source: Path, folder: str) -> Path:
        out = self._compiled / f"{folder}-{source.stem}-{target_id(source.name):08x}"
        newest = max(source.stat().st_mtime, self._replay.stat().st_mtime)
        if out.exists() and out.stat().st_mtime > newest:
            return out
        out.parent.mkdir(parents=True, exist_ok=True)
        if not _is_text(source):
            shutil.copyfile(source, out)
            return out
        temporary = out.with_name(f".{out.name}.{os.getpid()}")
        code, _, message = replayer.compile_text(self._replay, source, temporary, self._env)
        if code != 0:
            temporary.unlink(missing_ok=True)
            raise CorpusError(f"the seed {source} is not a plan of this target: {message}")
        os.replace(temporary, out)
        return out

    def size(self) -> tuple[int, int]:
        """(files, bytes) of the growing corpus."""
        files = total = 0
        with contextlib.suppress(OSError):
            for entry in os.scandir(self.growing):
                with contextlib.suppress(OSError):
                    files, total = files + 1, total + entry.stat().st_size
        return files, total

    def quarantine(self, name: str) -> None:
        """Takes an input that does not replay out of the growing corpus."""
        self.quarantined.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(FileNotFoundError):
            os.replace(self.growing / name, self.quarantined / name)

    def set_aside(self, data: bytes, run_seeds: Path) -> bool:
        """Takes an input that crashes the target out of the way, wherever the run reads it from.
        True when it was one of the run's inputs."""
        found = False
        name = hashlib.sha1(data, usedforsecurity=False).hexdigest()
        path = self.growing / name
        if path.exists():
            self.crashes.mkdir(parents=True, exist_ok=True)
            with contextlib.suppress(FileNotFoundError):
                os.replace(path, self.crashes / name)
                found = True
        for seed in run_seeds.iterdir() if run_seeds.is_dir() else []:
            if seed.stat().st_size == len(data) and seed.read_bytes() == data:
                seed.unlink(missing_ok=True)
                found = True
        return found


def _is_whole(path: Path) -> bool:
    return hashlib.sha1(path.read_bytes(), usedforsecurity=False).hexdigest() == path.name
