"""The machine that a benchmark runs on."""

from __future__ import annotations

import os
import platform
from pathlib import Path


def describe() -> str:
    model = ""
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            model = line.partition(":")[2].strip()
            break
    return f"{os.cpu_count()} cores, {model or platform.machine()}, Linux {platform.release()}"


def fast_directory() -> str | None:
    """Where temporary files are in memory."""
    return "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
