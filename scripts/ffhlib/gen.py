"""Calls ffh-gen for a target that CMake knows; the target's own binaries need not be built."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from . import exits, paths, procs, target

TIMEOUT = 120


class GenError(exits.FfhError):
    """ffh-gen or what it needs is missing."""


def info(name: str, flavor: str) -> dict[str, Any]:
    """target.json of a target."""
    target.known(name, flavor)
    path = paths.BUILD / flavor / "targets" / name / "target.json"
    try:
        content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        for key in ("name", "contract", "flags", "libraries", "model", "fuzz", "replay"):
            content[key]
    except (OSError, ValueError, KeyError) as error:
        raise GenError(f"cannot read {path}: {error}; run scripts/ffh build {name}") from error
    return content


def command(
    verb: str,
    content: dict[str, Any],
    flavor: str,
    options: Sequence[str] = (),
    *,
    build: Path | None = None,
) -> list[str]:
    program = (build or paths.BUILD / flavor) / "bin" / "ffh-gen"
    if not program.is_file():
        raise GenError(f"{paths.shown(program)} is not built; run scripts/ffh build")
    flags = [flag for flag in content["flags"] if flag]
    return [
        str(program),
        verb,
        content["contract"],
        "--name",
        content["name"],
        "--project",
        str(paths.PROJECT),
        *options,
        "--",
        *flags,
    ]


def call(
    verb: str, content: dict[str, Any], flavor: str, options: Sequence[str] = ()
) -> procs.Done:
    """Runs ffh-gen. Its exit codes are ours; one that it does not have is an internal error."""
    return procs.capture(
        command(verb, content, flavor, options), timeout=TIMEOUT, cwd=paths.PROJECT
    )


def exit_code(done: procs.Done) -> tuple[int, str]:
    """The exit code of a verb that ran ffh-gen, and what to add on stderr."""
    if done.code in (exits.PASS, exits.USAGE, exits.FINDING):
        return done.code, ""
    if done.code == procs.TIMED_OUT:
        return exits.INTERNAL, f"FFH-INTERNAL: ffh-gen did not end within {TIMEOUT} s"
    return exits.INTERNAL, f"FFH-INTERNAL: ffh-gen ended with {done.code}"


def library_files(content: dict[str, Any]) -> list[Path]:
    """The built libraries under test. Raises GenError when there is none or one is missing."""
    files = [Path(item) for item in content["libraries"]]
    if not files:
        raise GenError(
            f"target {content['name']} links no library that CMake builds, so there are no "
            "symbols to compare with; name it in LINK of ffh_add_target"
        )
    for file in files:
        if not file.is_file():
            raise GenError(
                f"the library {paths.shown(file)} of target {content['name']} is not built; "
                f"run scripts/ffh build {content['name']}"
            )
    return files
