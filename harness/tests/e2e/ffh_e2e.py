"""What the end-to-end tests share: the command as a person runs it, on what is built."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parents[3]
FFH = PROJECT / "scripts" / "ffh"


@dataclass
class Done:
    code: int
    out: str
    err: str

    @property
    def text(self) -> str:
        return self.out + self.err


def ffh(*arguments: str | Path, timeout: float = 120, cwd: Path = PROJECT) -> Done:
    """Runs scripts/ffh to its end. The suite built everything; no verb looks again."""
    words = [str(word) for word in arguments]
    if words[0] in ("repro", "show", "plan"):
        words.append("--no-build")
    done = subprocess.run(
        [str(FFH), *words],
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=timeout,
        env=environment(),
        check=False,
    )
    return Done(done.returncode, done.stdout, done.stderr)


def environment() -> dict[str, str]:
    return {**os.environ, "NO_COLOR": "1", "TERM": "dumb"}


def fuzz(target: str, seconds: int, results: Path, *arguments: str) -> tuple[Done, dict[str, Any]]:
    """ffh run --json: the outcome and the target's entry of run.json."""
    done = ffh(
        "run",
        target,
        "--time",
        str(seconds),
        "--results",
        results,
        "--json",
        "--no-build",
        *arguments,
        timeout=seconds + 180,
    )
    if not done.out.strip():
        return done, {}
    return done, json.loads(done.out)["targets"][0]


def plan(folder: Path, target: str, *calls: str) -> Path:
    """A plan text with one lane."""
    path = folder / f"{target}.plan"
    path.write_text(
        "\n".join(
            [
                f"ffihammer plan 1 target={target}",
                "schedule random seed=0x1 lanes=1 stickiness=1",
                *calls,
                "",
            ]
        )
    )
    return path
