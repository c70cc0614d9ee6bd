"""Sanitizer profiles: sanitizers/<flavor>.json holds the run-time options of a flavor.

Options that the caller's environment happens to hold are not used: they would change exit codes and
what is detected. A profile is the one place that says them."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

SYMBOLIZERS = ("llvm-symbolizer-19", "llvm-symbolizer")


class ProfileError(Exception):
    pass


def options(flavor: str, project: Path) -> dict[str, str]:
    """The environment variables of a flavor's profile, each as NAME=value:NAME=value."""
    path = project / "sanitizers" / f"{flavor}.json"
    try:
        profile = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ProfileError(f"cannot read the sanitizer profile {path}: {error}") from error
    return {
        name: ":".join(f"{key}={value}" for key, value in values.items())
        for name, values in profile.items()
        if name.endswith("_OPTIONS")
    }


def environment(flavor: str, project: Path, temporary: Path | None = None) -> dict[str, str]:
    """The whole environment of a target's process."""
    env = {
        key: value
        for key, value in os.environ.items()
        if not key.endswith("SAN_OPTIONS") and not key.startswith("FFH_")
    }
    env.update(options(flavor, project))
    symbolizer = next((path for name in SYMBOLIZERS if (path := shutil.which(name))), None)
    if symbolizer:
        env["ASAN_SYMBOLIZER_PATH"] = env["TSAN_SYMBOLIZER_PATH"] = symbolizer
    env["LC_ALL"] = "C"
    # Rust's own backtrace reads the memory map, whose length differs between processes, and takes
    # seconds; the sanitizer prints the same stack.
    env["RUST_BACKTRACE"] = env["RUST_LIB_BACKTRACE"] = "0"
    if temporary:
        env["TMPDIR"] = str(temporary)
    return env
