"""Where things are. BUILD and RESULTS can be moved by --build-dir and --results."""

from __future__ import annotations

import re
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
BUILD = PROJECT / "build"
RESULTS = PROJECT / "results"
CACHE = PROJECT / ".cache"
VENV = PROJECT / ".venv"
REQUIREMENTS = PROJECT / "scripts" / "requirements.txt"


def shown(path: Path) -> str:
    """A path as a person wants to read it: relative to the project when it is inside."""
    try:
        return str(path.relative_to(PROJECT))
    except ValueError:
        return str(path)


def version() -> str:
    """The project's version; CMakeLists.txt is where it is stated."""
    text = (PROJECT / "CMakeLists.txt").read_text(encoding="utf-8")
    match = re.search(r"project\(ffihammer VERSION ([0-9.]+)", text)
    return match[1] if match else "unknown"
