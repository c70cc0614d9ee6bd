"""Show every tool with its version, what this machine is, and check that each sanitizer finds a planted
bug. Installs nothing, unless --install is given."""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import shutil
import sys
from pathlib import Path
from typing import Any

from . import console, exits, paths, procs, setup_packages

HELP = "show every tool, and check that each sanitizer finds a planted bug"
EXAMPLE = "scripts/ffh doctor --json"
MIN_MEMORY_GIB = 2
MIN_SHM_MIB = 64


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--install", action="store_true", help="install what is missing first")
    parser.add_argument("--json", action="store_true", help="print everything as JSON")


def run(args: argparse.Namespace) -> int:
    if args.install:
        from . import setup

        setup.ensure(assume_yes=args.yes, install=not args.no_install)
    from . import selfcheck

    tools = [*_tools(), *_python_packages()]
    facts = machine()
    if shutil.which(selfcheck.COMPILER):
        checks = [
            {"name": c.name, "passed": c.passed, "detail": c.detail}
            for c in [*selfcheck.run_all(), selfcheck.checkers()]
        ]
    else:
        checks = [
            {"name": c.name, "passed": False, "detail": f"{selfcheck.COMPILER} is missing"}
            for c in selfcheck.CHECKS
        ]
    lacking = [tool["name"] for tool in tools if not tool["found"]]
    failed = [check["name"] for check in checks if not check["passed"]]
    if args.json:
        print(
            json.dumps(
                {
                    "tools": tools,
                    "machine": facts,
                    "selfchecks": checks,
                    "ok": not lacking and not failed,
                },
                indent=2,
            )
        )
    else:
        _print(tools, facts, checks)
    for what, names in (("missing", lacking), ("self-checks failed", failed)):
        if names:
            console.say(f"{what}: {', '.join(names)}")
    if lacking:
        console.say("install what is missing with: scripts/ffh doctor --install")
    return exits.USAGE if lacking or failed else exits.PASS


def _print(
    tools: list[dict[str, Any]], facts: list[dict[str, str]], checks: list[dict[str, Any]]
) -> None:
    console.table(
        ["tool", "state", "version", "what for"],
        [
            [t["name"], "found" if t["found"] else "missing", t["version"] or "-", t["why"]]
            for t in tools
        ],
        "Tools",
    )
    print()
    console.table(
        ["fact", "value", "note"], [[f["name"], f["value"], f["note"]] for f in facts], "Machine"
    )
    print()
    console.table(
        ["name", "self-check", "detail"],
        [[c["name"], "passed" if c["passed"] else "failed", c["detail"]] for c in checks],
        "Sanitizers and checkers",
    )


# ---- tools ---------------------------------------------------------------------------------------


def _tools() -> list[dict[str, Any]]:
    rows = [
        {
            "name": "python3",
            "found": sys.version_info >= (3, 11),
            "version": platform.python_version(),
            "why": "runs ffh",
        }
    ]
    for package in setup_packages.PACKAGES:
        found = setup_packages.present(package)
        rows.append(
            {
                "name": package.name,
                "found": found,
                "why": package.why,
                "version": _version(package) if found else "",
            }
        )
    rust = setup_packages.has_rust()
    for package in setup_packages.RUST:
        rows.append(
            {
                "name": package.probes[0],
                "found": rust,
                "why": package.why,
                "version": _version(package) if rust else "",
            }
        )
    return rows


def _version(package: setup_packages.Package) -> str:
    program = next((p for p in package.probes if not p.startswith("/") and shutil.which(p)), "")
    if program:
        text = procs.capture([program, "--version"], timeout=60).text
        match = re.search(r"\b\d+\.\d+(\.\d+)*(\S*)?", text)
        return match[0].rstrip(",.)") if match else ""
    if shutil.which("dpkg-query"):
        done = procs.capture(["dpkg-query", "-W", "-f=${Version}", package.name])
        return done.out.strip() if done.code == 0 else ""
    return ""


def _python_packages() -> list[dict[str, Any]]:
    """Each pinned package: found when the environment has exactly that version."""
    text = paths.REQUIREMENTS.read_text(encoding="utf-8")
    rows = []
    for name, wanted in re.findall(r"^([A-Za-z0-9._-]+)==([^\s\\]+)", text, re.MULTILINE):
        stem = re.sub(r"[-_.]+", "_", name).lower()
        found = any(paths.VENV.glob(f"lib/python3*/site-packages/{stem}-{wanted}.dist-info"))
        rows.append(
            {
                "name": f"python: {name}",
                "found": found,
                "version": wanted if found else "",
                "why": "pinned in scripts/requirements.txt",
            }
        )
    return rows


# ---- the machine ---------------------------------------------------------------------------------


def machine() -> list[dict[str, str]]:
    """What decides how fast and how well fuzzing works here."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    facts = [
        _fact("system", f"{_system()}, {platform.machine()}, Linux {platform.release()}"),
        _fact("cores", str(len(os.sched_getaffinity(0))), "each fuzzing process uses one"),
        _fact(
            "memory",
            f"{memory:.1f} GiB",
            ""
            if memory >= MIN_MEMORY_GIB
            else f"less than {MIN_MEMORY_GIB} GiB: fuzz one target at a time",
        ),
        _space("/dev/shm", Path("/dev/shm"), MIN_SHM_MIB / 1024),
        _space("free disk", paths.PROJECT, 4),
    ]
    bits = _read("/proc/sys/vm/mmap_rnd_bits")
    note = (
        "with clang 19 ThreadSanitizer starts again without randomisation above 30"
        if bits.isdigit() and int(bits) > 30
        else ""
    )
    facts.append(_fact("vm.mmap_rnd_bits", bits or "unknown", note))
    space = _read("/proc/sys/kernel/randomize_va_space")
    facts.append(
        _fact("address randomisation", {"0": "off", "1": "partly", "2": "on"}.get(space, "unknown"))
    )
    scope = _read("/proc/sys/kernel/yama/ptrace_scope")
    facts.append(
        _fact(
            "ptrace scope",
            scope or "not restricted",
            "LeakSanitizer needs ptrace of its own threads" if scope in ("2", "3") else "",
        )
    )
    return facts


def _fact(name: str, value: str, note: str = "") -> dict[str, str]:
    return {"name": name, "value": value, "note": note}


def _space(name: str, path: Path, least_gib: float) -> dict[str, str]:
    try:
        free = shutil.disk_usage(path).free / 2**30
    except OSError as error:
        return _fact(name, "unknown", error.strerror or "")
    return _fact(
        name,
        f"{free:.1f} GiB free",
        "" if free >= least_gib else f"less than {least_gib:g} GiB: runs may fail",
    )


def _system() -> str:
    match = re.search(r'^PRETTY_NAME="?([^"\n]+)', _read("/etc/os-release"), re.MULTILINE)
    return match[1] if match else platform.system()


def _read(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except OSError:
        return ""
