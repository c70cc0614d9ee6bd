"""The cross-language frees under ffihammer: each is found by its rule, and its twin is silent."""

from __future__ import annotations

from pathlib import Path

import pytest
from ffhlib import bench_frees, paths, profile, target


def told(name: str, folder: Path) -> str:
    env = profile.environment("asan", paths.PROJECT)
    return bench_frees.replay(target.load(bench_frees.TARGET).replay, name, folder, env)


@pytest.mark.parametrize("case", bench_frees.CASES, ids=lambda case: case.name)
def test_a_free_is_found_and_its_twin_is_silent(case: bench_frees.Case, tmp_path: Path) -> None:
    assert told(f"{case.name}_bad", tmp_path) == case.rule
    assert told(f"{case.name}_good", tmp_path) == ""


def test_the_table_counts_only_the_right_rule() -> None:
    rows = [
        {"title": "one", "rule": "FFH-A", "found": {"ffihammer x": "FFH-A", "other": "seen"},
         "twin": {"ffihammer x": "", "other": ""}},
        {"title": "two", "rule": "FFH-B", "found": {"ffihammer x": "FFH-A", "other": ""},
         "twin": {"ffihammer x": "", "other": "seen"}},
    ]  # fmt: skip
    lines = bench_frees.table(rows)
    assert lines[-2] == "ffihammer x: 1 of 2 found; reported no twin"
    assert lines[-1] == "other: 1 of 2 found; reported the twins of two"
    assert lines[2].split() == ["two", "FFH-A", "silent,", "twin", "too"]
