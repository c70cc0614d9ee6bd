"""Set-up: system packages and the project's virtual environment, before a verb runs.

The environment is current when its stamp holds the hash of requirements.txt and of the Python it was
made with. The stamp is written last, so an interrupted set-up is made again."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import importlib
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

from . import console, exits, paths, procs, setup_packages
from .setup_packages import SetupError

STAMP = ".ffh-stamp"
LOG = "setup.log"


_done = False


def ensure(*, assume_yes: bool, install: bool, argv: list[str] | None = None) -> int:
    """Returns exits.PASS when everything is there and this is the environment's Python; otherwise
    installs and starts again with argv (default: this process's) in that Python. Raises SetupError."""
    global _done
    if _done:
        return exits.PASS
    argv = sys.argv[1:] if argv is None else argv
    packages = setup_packages.missing()
    if packages or not _current():
        if not install:
            _refuse(packages)
        with _lock():
            _install(assume_yes or bool(os.environ.get("CI")))
    elif os.environ.get("FFH_SETUP_DONE") != "1" and _sets_up(argv):
        console.say("everything is installed already; nothing to do")
    if not _inside():
        os.environ["FFH_SETUP_DONE"] = "1"
        os.environ["PYTHONPATH"] = str(paths.PROJECT / "scripts")
        python = str(paths.VENV / "bin" / "python")
        sys.stdout.flush()
        os.execv(python, [python, "-P", "-m", "ffhlib", *argv])
    os.environ.pop("FFH_SETUP_DONE", None)
    _activate()
    _done = True
    return exits.PASS


def _sets_up(argv: list[str]) -> bool:
    """The commands that a machine is set up with; they say when that is already done."""
    return any(word in ("nightly", "test", "build", "doctor") for word in argv[:3])


def _install(yes: bool) -> None:
    log = paths.CACHE / LOG
    packages = setup_packages.missing()  # again: another ffh may have held the lock meanwhile
    if packages:
        setup_packages.install(packages, yes=yes, log=log)
        importlib.invalidate_caches()
    if not _current():
        _make_venv(log)
    os.environ["FFH_SETUP_DONE"] = "1"
    console.say("set-up is complete")


def _refuse(packages: list[setup_packages.Package]) -> NoReturn:
    lines = []
    if packages:
        lines += [
            "missing system packages:",
            setup_packages.explain(packages),
            f"install them with: {setup_packages.install_command(packages)}",
        ]
    if not _current():
        lines.append("missing: the Python packages of scripts/requirements.txt in .venv")
    raise SetupError("\n".join([*lines, "nothing was installed, because of --no-install"]))


# ---- the virtual environment ---------------------------------------------------------------------


def _fingerprint() -> str:
    try:
        wanted = hashlib.sha256(paths.REQUIREMENTS.read_bytes()).hexdigest()
    except OSError as error:
        raise SetupError(f"cannot read {paths.REQUIREMENTS}: {error.strerror}") from error
    return f"{wanted} {sys.version_info.major}.{sys.version_info.minor} {paths.VENV}\n"


def _current() -> bool:
    try:
        return (paths.VENV / STAMP).read_text(encoding="utf-8") == _fingerprint() and (
            paths.VENV / "bin" / "python"
        ).exists()
    except OSError:
        return False


def _inside() -> bool:
    return Path(sys.prefix).resolve() == paths.VENV.resolve()


def _activate() -> None:
    """Children find the environment's programs first, as after `activate`."""
    os.environ["VIRTUAL_ENV"] = str(paths.VENV)
    binaries = str(paths.VENV / "bin")
    if binaries not in os.environ.get("PATH", "").split(os.pathsep):
        os.environ["PATH"] = binaries + os.pathsep + os.environ.get("PATH", os.defpath)


def _make_venv(log: Path) -> None:
    console.say(
        f"installing the Python packages of scripts/requirements.txt into .venv "
        f"(log: {paths.shown(log)})"
    )
    base = getattr(sys, "_base_executable", sys.executable)
    old = paths.VENV.with_name(f".venv.old-{os.getpid()}")
    try:
        if paths.VENV.is_symlink():
            raise SetupError(
                f"{paths.VENV} is a symbolic link; remove it, set-up makes a directory"
            )
        if paths.VENV.exists():
            paths.VENV.rename(old)
        code = procs.logged([base, "-m", "venv", paths.VENV], log)
        if code != 0:
            raise SetupError(_because("python3 -m venv", code, log))
        code = procs.logged(
            [
                paths.VENV / "bin" / "python",
                "-m",
                "pip",
                "install",
                "--quiet",
                "--no-input",
                "--disable-pip-version-check",
                "--only-binary",
                ":all:",
                "--require-hashes",
                "-r",
                paths.REQUIREMENTS,
            ],
            log,
            env=_pip_environment(),
        )
        if code != 0:
            raise SetupError(_because("pip install", code, log))
        (paths.VENV / STAMP).write_text(_fingerprint(), encoding="utf-8")
    except OSError as error:
        raise SetupError(f"cannot make {paths.VENV}: {error.strerror or error}") from error
    finally:
        shutil.rmtree(old, ignore_errors=True)


def _pip_environment() -> dict[str, str]:
    """The machine's PIP_ settings count (index, certificates), except those that install elsewhere."""
    elsewhere = {
        "PIP_TARGET",
        "PIP_USER",
        "PIP_PREFIX",
        "PIP_ROOT",
        "PIP_DRY_RUN",
        "PYTHONPATH",
        "PYTHONHOME",
        "PIP_NO_BINARY",
    }
    return {name: value for name, value in os.environ.items() if name not in elsewhere}


def _because(what: str, code: int, log: Path) -> str:
    text = procs.tail(log, 12)
    reason = setup_packages.trouble(text)
    if not reason and "hash" in text.lower() and "match" in text.lower():
        reason = "a package differs from the hash in scripts/requirements.txt: do not trust it"
    if not reason and ("Connection" in text or "No matching distribution" in text):
        reason = "the Python package index cannot be reached: check the network"
    return f"{what} failed: {reason or f'exit code {code}'}\n{text}\nthe log is {log}"


@contextlib.contextmanager
def _lock() -> Iterator[None]:
    """One set-up at a time for this project."""
    path = paths.CACHE / "setup.lock"
    try:
        paths.CACHE.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o644)
    except OSError as error:
        raise SetupError(f"cannot write {path}: {error.strerror}") from error
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            console.say("another ffh is setting up; waiting for it")
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


__all__ = ["SetupError", "ensure"]
