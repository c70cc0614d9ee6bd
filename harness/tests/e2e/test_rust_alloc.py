"""The crate ffh-alloc by its own tests: alone, and beside the runtime's two functions."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from ffhlib import paths

CRATE = paths.PROJECT / "harness" / "rust" / "ffh-alloc"


@pytest.mark.parametrize("profile", [[], ["--release"]])
def test_the_crate_tells_layouts_and_works_alone(profile: list[str], tmp_path: Path) -> None:
    cargo = shutil.which("cargo")
    assert cargo, "cargo is needed: scripts/ffh doctor"
    command = [cargo, "test", "--quiet", "--offline", "--locked", "--tests", *profile]
    done = subprocess.run(
        [*command, "--target-dir", str(tmp_path)],
        cwd=CRATE,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("1 passed") == 2, done.stdout
