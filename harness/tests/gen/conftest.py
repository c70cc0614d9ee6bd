from __future__ import annotations

import os
from pathlib import Path

import pytest
from ffh_gen import Gen


@pytest.fixture(scope="session")
def gen(request: pytest.FixtureRequest, project: Path) -> Gen:
    """The built ffh-gen, of the build directory that FFH_BUILD or --ffh-build names."""
    chosen = os.environ.get("FFH_BUILD")
    where = Path(chosen) if chosen else request.getfixturevalue("build_dir")
    assert (where / "bin" / "ffh-gen").is_file(), f"{where} has no ffh-gen; run scripts/ffh build"
    return Gen(where, project)
