"""Every entry of the zoo: a README, a contract, a twin, and rules that exist."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from ffhlib import paths, rules, target

ZOO = paths.PROJECT / "targets" / "zoo"
ENTRIES = sorted(file.parent for file in ZOO.glob("*/CMakeLists.txt"))


@pytest.fixture(scope="module")
def built() -> dict[str, dict[str, Any]]:
    """What the build wrote about the zoo, by the name of the entry."""
    content = json.loads((target.build_dir("asan") / "zoo.json").read_text(encoding="utf-8"))
    return {entry["name"]: entry for entry in content}


def test_the_build_knows_every_entry(built: dict[str, dict[str, Any]]) -> None:
    assert sorted(built) == [f"zoo-{entry.name}" for entry in ENTRIES]
    assert ENTRIES


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_it_has_a_twin_with_the_same_contract(
    entry: Path, built: dict[str, dict[str, Any]]
) -> None:
    listed = built[f"zoo-{entry.name}"]
    planted, twin = target.describe(listed["name"]), target.describe(listed["twin"])
    assert listed["twin"] == f"{listed['name']}-fixed"
    assert planted.contract == twin.contract == entry / "contract.h"
    assert planted.fuzz != twin.fuzz
    assert planted.planted and twin.planted  # no part of a nightly run


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_its_rules_exist_and_its_readme_names_them(
    entry: Path, built: dict[str, dict[str, Any]]
) -> None:
    expected = built[f"zoo-{entry.name}"]["rules"]
    assert expected and set(expected) <= set(rules.load())
    readme = (entry / "README.md").read_text(encoding="utf-8")
    number = entry.name.split("-")[0]
    assert readme.startswith(f"# {number} ")
    assert set(re.findall(r"\bFFH-[A-Z][A-Z-]*[A-Z]\b", readme)) == set(expected)


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_the_twin_differs_in_few_places(entry: Path) -> None:
    """The twin is the same source under one condition, so that only the planted lines differ."""
    sources = [file for file in entry.glob("src/*") if file.suffix in (".c", ".cpp", ".rs")]
    text = "".join(file.read_text(encoding="utf-8") for file in sources)
    assert 1 <= len(re.findall(r"ZOO_FIXED|zoo_fixed", text)) <= 2
    assert "the planted bug" in text.lower()
