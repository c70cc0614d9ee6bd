"""Builds the fake target of fake_target.c in a project directory of its own."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[3]
FUNCTIONS = [
    {
        "name": "fake_create",
        "line": 3,
        "flags": [],
        "error": "none",
        "failures": [],
        "rejects": [],
        "excluded": None,
    },
    {
        "name": "fake_use",
        "line": 5,
        "flags": [],
        "error": "status",
        "failures": [1, 2],
        "rejects": [{"form": "null", "status": 1}, {"form": "stale", "status": None}],
        "excluded": None,
    },
    {
        "name": "fake_destroy",
        "line": 9,
        "flags": [],
        "error": "null",
        "failures": [],
        "rejects": [],
        "excluded": None,
    },
]


def build(project: Path, name: str = "fake") -> Path:
    """A project with one built target; returns its build directory."""
    build = project / "build" / "asan"
    folder, binaries = build / "targets" / name, build / "bin"
    folder.mkdir(parents=True, exist_ok=True)
    binaries.mkdir(exist_ok=True)
    compiler = shutil.which("clang-19")
    assert compiler, "clang-19 is missing; run scripts/ffh doctor"
    source = str(Path(__file__).with_name("fake_target.c"))
    flags = ["-g", "-O1", "-fno-omit-frame-pointer", "-D_GNU_SOURCE"]
    for kind, extra in (
        ("fuzz", ["-fsanitize=fuzzer,address", "-DFAKE_FUZZ"]),
        ("replay", ["-fsanitize=address"]),
    ):
        subprocess.run(
            [compiler, *flags, *extra, source, "-o", str(binaries / f"{name}-{kind}")],
            check=True,
            timeout=120,
        )
    contract = project / "targets" / name / "contract.h"
    contract.parent.mkdir(parents=True, exist_ok=True)
    contract.write_text("#include <ffh/contract.h>\n")
    model = folder / "model.json"
    model.write_text(json.dumps({"target": name, "functions": FUNCTIONS}))
    (folder / "target.json").write_text(
        json.dumps(
            {
                "name": name,
                "contract": str(contract),
                "flags": [],
                "libraries": [],
                "dict": "",
                "model": str(model),
                "generated": "",
                "fuzz": str(binaries / f"{name}-fuzz"),
                "replay": str(binaries / f"{name}-replay"),
            }
        )
    )
    shutil.copytree(PROJECT / "sanitizers", project / "sanitizers", dirs_exist_ok=True)
    return build
