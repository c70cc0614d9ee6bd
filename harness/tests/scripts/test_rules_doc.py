"""docs/rules.md has a section for every rule of rules.def, in its order, and names no other rule."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from ffhlib import rules

# Not findings: a broken harness, and the lines that a finding is printed on.
NO_RULES = {"FFH-INTERNAL", "FFH-FINDING"}


def sections(text: str) -> dict[str, str]:
    parts = re.split(r"^## (.*)$", text, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


@pytest.fixture
def page(project: Path) -> str:
    return (project / "docs" / "rules.md").read_text(encoding="utf-8")


def test_every_rule_has_a_section_in_order(page: str) -> None:
    assert list(sections(page)) == list(rules.load())


def test_no_unknown_rule_is_named(page: str) -> None:
    assert set(re.findall(r"\bFFH-[A-Z][A-Z-]*[A-Z]\b", page)) <= set(rules.load()) | NO_RULES


def test_sections_explain_show_and_advise(page: str) -> None:
    for name, section in sections(page).items():
        example = re.search(r"^```\n(.*?)^```$", section, re.MULTILINE | re.DOTALL)
        assert example, name
        # A report's first line: the rule and its meaning, as rules.def has it now.
        assert example[1].splitlines()[0] == f"{name}: {rules.load()[name].meaning}"
        assert re.search(r"^Usual causes:\n\n\* ", section, re.MULTILINE), name
        assert re.search(r"^What to do: \S", section, re.MULTILINE), name


def test_the_table_links_to_every_section(page: str) -> None:
    table = dict(re.findall(r"^\| \[(\S+)\]\(#(\S+)\) \|", page, re.MULTILINE))
    assert table == {name: name.lower() for name in rules.load()}


def test_words_of_the_contract_exist(page: str, project: Path) -> None:
    contract = (project / "harness" / "include" / "ffh" / "contract.h").read_text(encoding="utf-8")
    words = set(re.findall(r"^#define (FFH_[A-Z_0-9]+)", contract, re.MULTILINE))
    policies = set(re.findall(r"FFH_(?:SHARED|SERIAL|CONFINED|THREAD)\b", contract))
    assert set(re.findall(r"\bFFH_[A-Z_0-9]+", page)) <= words | policies
