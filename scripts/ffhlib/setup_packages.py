"""The system packages: which are needed, what for, which are missing, and installing them with apt.

A package counts as present when what it is needed for exists, wherever it came from."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from . import console, paths, procs
from .exits import FfhError

LLVM = Path("/usr/lib/llvm-19")
MIN_CARGO = (1, 85)
APT_OPTIONS = ("-o", "DPkg::Lock::Timeout=120", "-o", "Dpkg::Use-Pty=0")


class SetupError(FfhError):
    """Something cannot be installed; the message says why and what to do."""


@dataclass(frozen=True)
class Package:
    """probes: executables, or paths (with *) below / or below the multiarch include directory."""

    name: str
    probes: tuple[str, ...]
    why: str
    needed_by: str


PACKAGES = (
    Package("clang-19", ("clang-19", "clang++-19"), "compiles targets and the harness", "build"),
    Package(
        "libclang-rt-19-dev",
        (f"{LLVM}/lib/clang/19/lib/linux/libclang_rt.fuzzer-*.a",),
        "sanitizer and libFuzzer runtimes",
        "build",
    ),
    Package(
        "libclang-19-dev",
        (f"{LLVM}/include/clang-c/Index.h", f"{LLVM}/lib/libclang*.so*"),
        "ffh-gen reads contracts with it",
        "build",
    ),
    Package("lld-19", ("ld.lld-19",), "links", "build"),
    Package(
        "llvm-19",
        ("llvm-nm-19", "llvm-symbolizer-19", "llvm-objcopy-19", "llvm-cov-19"),
        "reads symbols, names the lines of stacks",
        "build, run, check",
    ),
    Package("cmake", ("cmake",), "describes the build", "build"),
    Package("ninja-build", ("ninja",), "runs the build", "build"),
    Package("ccache", ("ccache",), "makes building again quick", "build"),
    Package(
        "libjemalloc-dev",
        ("/usr/include/jemalloc/jemalloc.h",),
        "allocator of the flavor without sanitizers",
        "build",
    ),
    Package(
        "valgrind",
        ("valgrind", "/usr/include/valgrind/memcheck.h"),
        "what it finds, and its cost, are measured beside ours",
        "bench",
    ),
    Package(
        "heaptrack", ("heaptrack", "heaptrack_print"), "its cost is measured beside ours", "bench"
    ),
    Package("libcmocka-dev", ("/usr/include/cmocka.h",), "unit tests in C", "test"),
    Package(
        "dpkg-dev", ("dpkg-source", "patch", "xz"), "unpacks the pinned source of leveldb", "build"
    ),
    Package("clang-format-19", ("clang-format-19",), "checks the style of C", "lint, test"),
    Package("clang-tidy-19", ("clang-tidy-19",), "looks for mistakes in C", "lint, test"),
    Package("python3-venv", (), "holds the Python packages", "everything"),
)
RUST = (
    Package("rustc-web", ("rustc",), "compiles Rust targets", "build"),
    Package("cargo-web", ("cargo",), "builds Rust targets", "build"),
)
# What only ffh bench runs beside ffihammer: asked for there.
BENCH = (Package("valgrind", ("valgrind",), "what ffh bench frees compares with", "bench"),)


def missing() -> list[Package]:
    """Packages whose files are not there. Looks at files only, so it takes milliseconds."""
    found = [package for package in PACKAGES if not present(package)]
    return found if has_rust() else [*found, *RUST]


def present(package: Package) -> bool:
    if package.name == "python3-venv":
        return _has_venv()
    return all(_probe(probe) for probe in package.probes)


def has_rust() -> bool:
    """cargo and rustc on PATH, new enough. Asking a rustup shim takes long, so the answer is kept."""
    cargo, rustc = shutil.which("cargo"), shutil.which("rustc")
    if not cargo or not rustc:
        return False
    status = os.stat(cargo)
    key = f"{cargo} {status.st_mtime_ns} {status.st_size}"
    stamp = paths.CACHE / "cargo-version"
    try:
        known, _, version = stamp.read_text(encoding="utf-8").partition("\n")
    except OSError:
        known, version = "", ""
    if known != key:
        version = procs.capture([cargo, "--version"], timeout=60).out.strip()
        try:
            paths.CACHE.mkdir(exist_ok=True)
            stamp.write_text(f"{key}\n{version}", encoding="utf-8")
        except OSError:
            pass  # only slower the next time
    match = re.search(r"(\d+)\.(\d+)", version)
    return match is not None and (int(match[1]), int(match[2])) >= MIN_CARGO


def explain(packages: Sequence[Package]) -> str:
    width = max(len(package.name) for package in packages)
    return "\n".join(f"  {p.name:<{width}}  {p.why} (for: {p.needed_by})" for p in packages)


def install_command(packages: Sequence[Package]) -> str:
    names = " ".join(package.name for package in packages)
    return f"apt-get install -y --no-install-recommends {names}"


def install(packages: Sequence[Package], *, yes: bool, log: Path) -> None:
    """Installs packages with one apt-get, after asking. Raises SetupError."""
    command = install_command(packages)
    if not shutil.which("apt-get"):
        raise SetupError(f"there is no apt-get here; install these yourself:\n{explain(packages)}")
    prefix = [] if os.geteuid() == 0 else ["sudo"]
    if prefix and not shutil.which("sudo"):
        raise SetupError(f"not root and no sudo; run this as root, then try again:\n  {command}")
    console.say(f"system packages are missing:\n{explain(packages)}")
    if not yes:
        if not sys.stdin.isatty():
            raise SetupError(
                f"cannot ask whether to install: there is no terminal. Repeat with --yes, "
                f"or run:\n  {command}"
            )
        if not console.ask(f"install {len(packages)} packages with apt now?"):
            raise SetupError(f"nothing was installed; to do it yourself:\n  {command}")
    if prefix:
        # Outside the new session that procs uses, so that sudo can ask for the password.
        subprocess.run(["sudo", "-v"], check=False)
    console.say(f"installing {len(packages)} packages (log: {paths.shown(log)})")
    if os.environ.get("FFH_APT_UPDATED") != "1":
        _apt([*prefix, "apt-get", *APT_OPTIONS, "update"], log, "apt-get update")
    _apt(
        [
            *prefix,
            "env",
            "DEBIAN_FRONTEND=noninteractive",
            "apt-get",
            *APT_OPTIONS,
            "install",
            "-y",
            "--no-install-recommends",
            *(package.name for package in packages),
        ],
        log,
        "apt-get install",
    )
    still = [package for package in packages if not present(package)]
    if still:
        raise SetupError(
            f"apt-get succeeded, but this is still missing:\n{explain(still)}\nthe log is {log}"
        )


# What apt says -> what it means.
TROUBLE = (
    (
        r"Could not get lock|Unable to acquire the dpkg",
        "another program is using apt; wait for it to end",
    ),
    (r"No space left on device|not have enough free space", "the disk is full"),
    (
        r"Could not resolve|Temporary failure resolving|Unable to connect|Could not connect"
        r"|Network is unreachable|Failed to fetch",
        "the package archive cannot be reached: check the network",
    ),
    (
        r"Unable to locate package|has no installation candidate",
        "this release does not have the package: ffihammer is made for Debian 12",
    ),
    (
        r"a password is required|not in the sudoers|no tty present|a terminal is required",
        "sudo does not allow it; install as root",
    ),
    (r"dpkg was interrupted", "an earlier installation was interrupted: run dpkg --configure -a"),
)


def trouble(text: str) -> str:
    """The likely reason in a log of apt or pip, or ""."""
    return next((reason for pattern, reason in TROUBLE if re.search(pattern, text)), "")


def _apt(command: list[str], log: Path, what: str) -> None:
    start = log.stat().st_size if log.exists() else 0
    code = procs.logged(command, log)
    if code == 0:
        return
    text = log.read_bytes()[start:].decode("utf-8", "replace")
    reason = trouble(text) or f"exit code {code}"
    end = "\n".join(text.splitlines()[-12:])
    raise SetupError(f"{what} failed: {reason}\n{end}\nthe log is {log}")


def _probe(probe: str) -> bool:
    if not probe.startswith("/"):
        return shutil.which(probe) is not None
    return any(Path("/").glob(probe.lstrip("/"))) if "*" in probe else Path(probe).exists()


def _has_venv() -> bool:
    """ensurepip is what Debian splits off; a virtual environment does not change the answer."""
    import importlib.util

    return importlib.util.find_spec("ensurepip") is not None
