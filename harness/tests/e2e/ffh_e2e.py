"""What the end-to-end tests share: the command as a person runs it, on what is built."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ffhlib import profile, replayer, stats
from ffhlib.target import Target

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
    if words[0] in ("repro", "show", "plan", "tmin"):
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


def inner_counts(
    target: Target, folder: Path, calls: str, *, binary: str
) -> tuple[int, dict[str, int]]:
    """The exit code of one process that runs that plan only, and how often it has checked each inner function.
    `binary`: replay or fuzz."""
    head = f"ffihammer plan 1 target={target.name}\nschedule random seed=0x1 lanes=2 stickiness=1\n"
    folder.mkdir()
    env = profile.environment(target.flavor, PROJECT, folder)
    text, plan, page = folder / "text.plan", folder / "plan", folder / "page"
    text.write_text(head + calls)
    code, _, message = replayer.compile_text(target.replay, text, plan, env)
    assert code == 0, message
    command: list[object] = [target.replay, "--stats", page, plan]
    if binary == "fuzz":
        prefix = f"-artifact_prefix={folder}/"
        command = [target.fuzz, "-detect_leaks=0", prefix, f"--ffh-stats={page}", plan]
    done = subprocess.run(
        list(map(str, command)), env=env, capture_output=True, timeout=120, check=False
    )
    kept = stats.read(page)
    assert kept is not None, done.stderr
    return done.returncode, stats.coverage(json.loads(target.model.read_text()), kept).inner
