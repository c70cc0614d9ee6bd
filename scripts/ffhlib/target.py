"""A built target, as build/<flavor>/targets/<name>/target.json describes it."""

from __future__ import annotations

import difflib
import json
from dataclasses import dataclass
from pathlib import Path

from . import paths

STAMP = ".ffh-configured"  # in a build directory: CMake succeeded; what it was called with


class TargetError(Exception):
    """A target is unknown or not built; the message says what to do."""


@dataclass(frozen=True)
class Target:
    name: str
    flavor: str
    contract: Path
    fuzz: Path
    replay: Path
    model: Path
    dict: Path | None
    build: Path  # build/<flavor>
    granularity: str = "memory"  # of new schedules, unless a run says otherwise

    @property
    def contract_name(self) -> str:
        """The contract's path inside the project."""
        try:
            return str(self.contract.relative_to(paths.PROJECT))
        except ValueError:
            return str(self.contract)

    @property
    def planted(self) -> bool:
        """Its findings are wanted, so it is never part of a nightly run: a bug that is planted or
        known, or a target of the tests."""
        return self.name.endswith(("-planted", "-unpatched")) or self.for_tests or self.in_zoo

    @property
    def in_zoo(self) -> bool:
        """A planted bug of the zoo, or its fixed twin: both are run as a pair."""
        return self.contract.is_relative_to(paths.PROJECT / "targets" / "zoo")

    @property
    def for_tests(self) -> bool:
        """Only the tests of ffihammer use it."""
        return self.contract.is_relative_to(paths.PROJECT / "harness" / "tests")


def build_dir(flavor: str) -> Path:
    return paths.BUILD / flavor


def names(flavor: str = "asan") -> list[str]:
    """Every configured target. A target whose contract is gone was removed; its build directory may
    still be there."""
    folder = build_dir(flavor) / "targets"
    found = folder.glob("*/target.json") if folder.is_dir() else []
    return sorted(path.parent.name for path in found if _has_contract(path))


def known(name: str, flavor: str) -> list[str]:
    """Every configured target, name among them; raises TargetError otherwise. A build directory that
    was configured before the target was added is configured again first."""
    found = names(flavor)
    if name not in found and _stale(name, flavor):
        from . import build

        build.prepare(flavor, again=True)
        found = names(flavor)
    if name in found:
        return found
    if not found:
        where = paths.shown(build_dir(flavor))
        raise TargetError(f"no target is configured in {where}; run scripts/ffh build")
    near = difflib.get_close_matches(name, found, 1)
    hint = f"did you mean {near[0]}? " if near else ""
    listed = [other for other in found if not describe(other, flavor).for_tests]
    raise TargetError(
        f"unknown target {name!r}: {hint}targets are {', '.join(listed) or 'none'} "
        "(scripts/ffh list)"
    )


def _stale(name: str, flavor: str) -> bool:
    """Whether to ask CMake about a name: something in targets/ is newer than what it wrote, the last
    configure failed, or there is a directory of that name."""
    made = build_dir(flavor)
    if not (made / "CMakeCache.txt").is_file():
        return False
    ninja = made / "build.ninja"
    if not ninja.is_file() or not (made / STAMP).is_file():
        return True
    if "/" not in name and (paths.PROJECT / "targets" / name / "CMakeLists.txt").is_file():
        return True
    written = ninja.stat().st_mtime
    lists = paths.PROJECT.glob("targets/*/CMakeLists.txt")
    return any(path.stat().st_mtime > written for path in lists)


def _has_contract(path: Path) -> bool:
    """True also for a file that cannot be read: load() then says why."""
    try:
        return Path(json.loads(path.read_text(encoding="utf-8"))["contract"]).is_file()
    except (OSError, ValueError, KeyError, TypeError):
        return True


def load(name: str, flavor: str = "asan") -> Target:
    """A target that is built, or a TargetError that says what to do."""
    target = describe(name, flavor)
    for file in (target.fuzz, target.replay, target.model):
        if not file.is_file():
            which = "" if flavor == "asan" else f"--flavor {flavor} "
            raise TargetError(
                f"target {name} is not built: {file} is missing; run scripts/ffh build {which}{name}"
            )
    return target


def describe(name: str, flavor: str = "asan") -> Target:
    """A target that is configured; its binaries may not be there yet."""
    if name not in names(flavor):
        known(name, flavor)
    build = build_dir(flavor)
    path = build / "targets" / name / "target.json"
    try:
        info = json.loads(path.read_text(encoding="utf-8"))
        return Target(
            name,
            flavor,
            Path(info["contract"]),
            Path(info["fuzz"]),
            Path(info["replay"]),
            Path(info["model"]),
            Path(info["dict"]) if info.get("dict") else None,
            build,
            str(info.get("granularity") or "memory"),
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise TargetError(f"cannot read {path}: {error}; run scripts/ffh build {name}") from error
