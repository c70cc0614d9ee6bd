"""Fixtures for every Python test."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def project() -> Path:
    """The project's directory."""
    return PROJECT


@pytest.fixture(scope="session")
def build_dir(request: pytest.FixtureRequest) -> Path:
    """build/<flavor>, built."""
    try:
        chosen = request.config.getoption("--ffh-build")
    except ValueError:
        chosen = None
    where = chosen or PROJECT / "build" / "asan"
    assert (where / "build.ninja").is_file(), f"{where} is not built; run scripts/ffh test"
    return where


@pytest.fixture
def tmp_results(tmp_path: Path) -> Path:
    """A results directory of the test's own."""
    where = tmp_path / "results"
    where.mkdir()
    return where


@pytest.fixture
def ffh(build_dir: Path, tmp_results: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs scripts/ffh with arguments; results go to tmp_results. Nothing is ever installed."""

    def run(
        *arguments: str | Path,
        timeout: float = 600,
        cwd: Path | None = None,
        env: dict[str, str] | None = None,
        input: str | None = None,
    ) -> subprocess.CompletedProcess[str]:
        command = [
            PROJECT / "scripts" / "ffh", "--no-install", "--flavor", build_dir.name,
            "--build-dir", build_dir.parent, "--results", tmp_results, *arguments,
        ]  # fmt: skip
        return subprocess.run(
            [str(word) for word in command],
            cwd=cwd or PROJECT,
            env={**os.environ, **(env or {})},
            input=input,
            stdin=subprocess.DEVNULL if input is None else None,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=timeout,
            check=False,
        )

    return run
