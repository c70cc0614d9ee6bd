"""Configure with CMake and build with Ninja, into build/<flavor>/."""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import hashlib
import json
import os
import re
import shutil
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from . import console, exits, paths, procs, target

HELP = "build targets, tools and tests"
EXAMPLE = "scripts/ffh build pricing leveldb"
TAIL = 40
_CONTRACT_ERROR = re.compile(r"\S.*?:\d+:\d+: error: .*\[FFH-C\d+\]$")


class BuildError(exits.FfhError):
    """The build failed; the message holds the end of the log."""


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "targets",
        metavar="TARGET",
        nargs="*",
        help="fuzz targets (scripts/ffh list); without any: everything",
    )
    parser.add_argument(
        "--flavor",
        default="asan",
        metavar="NAME",
        help="a preset of CMakePresets.json (default asan)",
    )


def run(args: argparse.Namespace) -> int:
    where = prepare(args.flavor)
    ninja(where, goals(args.targets, args.flavor))
    what = ", ".join(args.targets) or "everything"
    print(f"{what} is built in {paths.shown(where)}")
    return exits.PASS


def build_all(flavor: str = "asan") -> int:
    """Builds every fuzz target, and nothing that only tests need."""
    where = prepare(flavor)
    ninja(where, goals(target.names(flavor), flavor))
    return exits.PASS


def current(name: str, flavor: str) -> target.Target:
    """The target, built again when its sources changed."""
    where = prepare(flavor)
    ninja(where, goals([name], flavor))
    return target.load(name, flavor)


def add_no_build(parser: argparse.ArgumentParser, what: str) -> None:
    parser.add_argument(
        "--no-build",
        dest="build",
        action="store_false",
        help=f"{what} what is built, without looking for changes",
    )


def goals(names: Sequence[str], flavor: str) -> list[str]:
    """What Ninja is to build for these fuzz targets. Raises TargetError for one that does not exist."""
    for name in names:
        target.known(name, flavor)
    return [f"{name}-{kind}" for name in names for kind in ("fuzz", "replay")]


def prepare(flavor: str, *, again: bool = False) -> Path:
    """The build directory of a flavor, configured. CMake runs only when what it depends on changed,
    or `again`; after that Ninja itself runs it again when a CMakeLists.txt changed."""
    check_flavor(flavor)
    where = paths.BUILD / flavor
    command = ["cmake", "--preset", flavor, "-B", str(where), *_launchers()]
    wanted = _fingerprint(command)
    stamp = where / target.STAMP
    with _lock(where):
        if again or not (where / "build.ninja").is_file() or _read(stamp) != wanted:
            _cmake(command, where, wanted)
    return where


def check_flavor(flavor: str) -> None:
    """Raises BuildError for a flavor that CMakePresets.json does not have."""
    presets = _presets()
    if flavor not in presets:
        raise BuildError(f"unknown flavor {flavor!r}: flavors are {', '.join(presets)}")


def _cmake(command: list[str], where: Path, wanted: str) -> None:
    stamp = where / target.STAMP
    console.say(f"configuring {paths.shown(where)}")
    log = where / "configure.log"
    log.unlink(missing_ok=True)
    stamp.unlink(missing_ok=True)
    if procs.logged(command, log, cwd=paths.PROJECT, env=_environment()) != 0:
        raise BuildError(f"CMake failed; from {paths.shown(log)}:\n{_failure(log)}")
    stamp.write_text(wanted, encoding="utf-8")


def ninja(where: Path, names: Sequence[str] = ()) -> None:
    """Builds names, or everything; one build of a directory at a time."""
    with _lock(where):
        _ninja(where, names)


@contextlib.contextmanager
def _lock(where: Path) -> Iterator[None]:
    """Two builds in one directory would write the same files."""
    try:
        where.mkdir(parents=True, exist_ok=True)
        handle = os.open(where / ".ffh-lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o644)
    except OSError as error:
        raise BuildError(f"cannot write {where}: {error.strerror}") from error
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            console.say(f"another ffh is building {paths.shown(where)}; waiting for it")
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _ninja(where: Path, names: Sequence[str]) -> None:
    log = where / "build.log"
    log.unlink(missing_ok=True)
    progress = _Progress(paths.shown(where))
    environment = _environment()
    environment["NINJA_STATUS"] = "[%f/%t] "
    code = procs.logged(
        ["ninja", "-C", where, "-j", str(os.cpu_count() or 1), *names],
        log,
        cwd=paths.PROJECT,
        env=environment,
        on_line=progress.line,
    )
    progress.end()
    if code != 0:
        wrong = _contract_errors(log)
        if wrong:
            raise BuildError(f"{wrong}\nthe contract has errors; the whole log is {log}")
        raise BuildError(
            f"the build failed; from {paths.shown(log)}:\n{_failure(log)}\nthe whole log is {log}"
        )


class _Progress:
    """One line that changes on a terminal; a line every 20 seconds elsewhere."""

    def __init__(self, what: str) -> None:
        self.what = what
        self.terminal = sys.stderr.isatty()
        self.next = 0.0
        self.started = False

    def line(self, text: str) -> None:
        match = re.match(r"\[(\d+)/(\d+)\] ?(.*)", text)
        # Where nothing is to be done this is the only line; it counts what it does not build.
        looks = match and match[3].startswith("Re-checking globbed directories")
        if not match or looks or time.monotonic() < self.next:
            return
        self.started = True
        self.next = time.monotonic() + (0.1 if self.terminal else 20)
        message = f"building {self.what}: {match[1]} of {match[2]}"
        if self.terminal:
            width = shutil.get_terminal_size().columns - 1
            print(
                f"\r\033[K{message}  {match[3]}"[: width + 4], end="", file=sys.stderr, flush=True
            )
        else:
            console.say(message)

    def end(self) -> None:
        if self.terminal and self.started:
            print("\r\033[K", end="", file=sys.stderr, flush=True)


def _contract_errors(log: Path) -> str:
    """What ffh-gen says about a contract, "" when it says nothing is wrong: each error with its
    hint, without the command that Ninja had run."""
    lines = procs.tail(log, 4000).splitlines()
    chosen: list[str] = []
    for number, line in enumerate(lines):
        if _CONTRACT_ERROR.match(line):
            chosen.append(line)
            after = lines[number + 1] if number + 1 < len(lines) else ""
            chosen += [after] if re.match(r"\s+hint:", after) else []
    return "\n".join(line[:500] for line in chosen[:TAIL])


def _failure(log: Path) -> str:
    """The first failure and what follows it; the plain end when there is none. Ninja shows what CMake
    prints before it says that CMake failed."""
    lines = procs.tail(log, 4000).splitlines()
    first = next(
        (i for i, line in enumerate(lines) if line.startswith(("FAILED:", "CMake Error"))), None
    )
    chosen = lines[-TAIL:] if first is None else lines[first : first + TAIL]
    return "\n".join(line[:500] for line in chosen)


def _presets() -> list[str]:
    path = paths.PROJECT / "CMakePresets.json"
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        return [p["name"] for p in content["configurePresets"] if not p.get("hidden")]
    except (OSError, ValueError, KeyError) as error:
        raise BuildError(f"cannot read {path}: {error}") from error


def _launchers() -> list[str]:
    ccache = shutil.which("ccache")
    return [f"-DCMAKE_{language}_COMPILER_LAUNCHER={ccache or ''}" for language in ("C", "CXX")]


def _environment() -> dict[str, str]:
    env = dict(os.environ)
    env.setdefault("CCACHE_DIR", str(paths.CACHE / "ccache"))
    env.setdefault("CCACHE_MAXSIZE", "2G")
    return env


def _fingerprint(command: Sequence[str]) -> str:
    presets = (paths.PROJECT / "CMakePresets.json").read_bytes()
    return hashlib.sha256("\0".join(command).encode() + presets).hexdigest()


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError:
        return ""
