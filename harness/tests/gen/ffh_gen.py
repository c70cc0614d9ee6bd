"""Runs the built ffh-gen."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
GOLDEN = FOLDER.parent / "golden"


@dataclass(frozen=True)
class Gen:
    build: Path
    project: Path

    def run(self, *args: object, cwd: Path | None = None) -> tuple[int, str, str]:
        """Exit code, output, error output."""
        done = subprocess.run(
            [self.build / "bin" / "ffh-gen", *map(str, args)],
            cwd=cwd or FOLDER,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        return done.returncode, done.stdout, done.stderr

    def flags(self) -> list[str]:
        return ["--", f"-I{self.project / 'harness' / 'include'}"]

    def check(self, contract: Path, *options: object) -> tuple[int, str, str]:
        return self.run(
            "check", contract, "--name", "t", "--project", FOLDER, *options, *self.flags()
        )

    def emit(self, contract: Path, out: Path, cwd: Path | None = None) -> tuple[int, str, str]:
        """Writes out.c and out.json."""
        return self.run(
            *("emit", contract, "--name", contract.stem, "--project", contract.parent),
            *("-o", out.with_suffix(".c"), "--model", out.with_suffix(".json"), *self.flags()),
            cwd=cwd,
        )
